import type { Diagnostic } from './model.ts'

/** The stable codes a diagnostic can carry. */
export type DiagnosticCode =
  | 'not-parseable'
  | 'not-asyncapi'
  | 'version-unknown'
  | 'converted'
  | 'nothing-to-serve'
  | 'not-json'
  | 'document-too-large'
  | 'duplicate-key'
  | 'required-field'
  | 'wrong-type'
  | 'unknown-field'
  | 'ref-not-found'
  | 'ref-external'
  | 'ref-loop'
  | 'ref-unescaped'
  | 'address-no-slash'
  | 'address-query'
  | 'address-unknown'
  | 'address-malformed'
  | 'address-cleaned'
  | 'address-reserved'
  | 'address-shared'
  | 'address-ambiguous'
  | 'parameter-undeclared'
  | 'parameter-unused'
  | 'parameter-default'
  | 'parameter-schema'
  | 'channel-no-operation'
  | 'channel-no-message'
  | 'operation-channel'
  | 'operation-message'
  | 'message-ambiguous'
  | 'message-content-type'
  | 'message-binary-schema'
  | 'payload-unused'
  | 'schema-format'
  | 'schema-keyword'
  | 'schema-loop'
  | 'schema-unsatisfiable'
  | 'pattern-invalid'
  | 'pattern-backtracks'
  | 'pattern-refused'
  | 'example-invalid'
  | 'security-unknown'
  | 'extension-unknown'
  | 'extension-value'
  | 'extension-key'
  | 'allow-value'

/** Every code, with its severity and the rule behind it. Codes never change meaning. */
export const diagnosticCodes: Readonly<Record<DiagnosticCode, { severity: Diagnostic['severity']; rule: string }>> = {
  'not-parseable': { severity: 'error', rule: 'The source is neither YAML nor JSON.' },
  'not-asyncapi': { severity: 'error', rule: 'The document is not an AsyncAPI document of version 2 or 3.' },
  'version-unknown': {
    severity: 'warning',
    rule: 'The AsyncAPI version is newer or odder than the ones Hydrant knows.',
  },
  converted: { severity: 'info', rule: 'The document was converted from AsyncAPI 2.x.' },
  'nothing-to-serve': { severity: 'error', rule: 'No channel can be served.' },
  'not-json': {
    severity: 'error',
    rule: 'The document holds something JSON cannot say, or that cannot be represented safely.',
  },
  'document-too-large': {
    severity: 'error',
    rule: 'The document nests too deeply, or grows too large when aliases are expanded.',
  },
  'duplicate-key': { severity: 'error', rule: 'A mapping has the same key twice.' },
  'required-field': { severity: 'error', rule: 'A field that AsyncAPI requires is missing.' },
  'wrong-type': { severity: 'error', rule: 'A field has another type than AsyncAPI says.' },
  'unknown-field': { severity: 'warning', rule: 'AsyncAPI does not know this field here.' },
  'ref-not-found': { severity: 'error', rule: 'A $ref leads nowhere.' },
  'ref-external': { severity: 'error', rule: 'A $ref points outside the document.' },
  'ref-loop': { severity: 'error', rule: 'A $ref leads back to itself.' },
  'ref-unescaped': { severity: 'warning', rule: 'A $ref has a key with a slash in it that is not escaped.' },
  'address-no-slash': { severity: 'warning', rule: 'A channel address has no leading slash.' },
  'address-query': { severity: 'warning', rule: 'A channel address holds a query, which AsyncAPI forbids.' },
  'address-unknown': { severity: 'warning', rule: 'A channel has no address.' },
  'address-malformed': { severity: 'error', rule: 'A channel address cannot be a URL path.' },
  'address-cleaned': { severity: 'warning', rule: 'A channel address was put into its canonical form.' },
  'address-reserved': { severity: 'error', rule: 'Addresses below /-/ belong to Hydrant.' },
  'address-shared': { severity: 'info', rule: 'Several channels have the same address.' },
  'address-ambiguous': { severity: 'warning', rule: 'Two channel addresses match the same paths.' },
  'parameter-undeclared': { severity: 'warning', rule: 'A parameter in the address is not declared.' },
  'parameter-unused': { severity: 'warning', rule: 'A declared parameter is not in the address.' },
  'parameter-default': { severity: 'warning', rule: 'A parameter default or example is not one of its enum values.' },
  'parameter-schema': { severity: 'warning', rule: 'A parameter has a schema, which AsyncAPI 3 does not know.' },
  'channel-no-operation': { severity: 'info', rule: 'No operation uses the channel.' },
  'channel-no-message': { severity: 'warning', rule: 'A channel has no message.' },
  'operation-channel': { severity: 'error', rule: 'An operation does not name a channel of the document.' },
  'operation-message': { severity: 'warning', rule: 'An operation names a message that its channel does not have.' },
  'message-ambiguous': { severity: 'info', rule: 'Nothing but the whole schema tells some messages apart.' },
  'message-content-type': { severity: 'warning', rule: 'A content type cannot be read.' },
  'message-binary-schema': { severity: 'info', rule: 'A payload schema says that the message is binary.' },
  'payload-unused': { severity: 'error', rule: 'A payload was given for a message the document does not have.' },
  'schema-format': { severity: 'warning', rule: 'Payloads in this schema format are not validated.' },
  'schema-keyword': { severity: 'warning', rule: 'A schema keyword has a value that JSON Schema does not allow.' },
  'schema-loop': { severity: 'error', rule: 'A schema refers to itself without going deeper.' },
  'schema-unsatisfiable': { severity: 'warning', rule: 'No value can be valid against a schema.' },
  'pattern-invalid': { severity: 'error', rule: 'A pattern is not a regular expression.' },
  'pattern-backtracks': { severity: 'error', rule: 'A pattern takes exponential time in a backtracking engine.' },
  'pattern-refused': { severity: 'error', rule: 'A pattern cannot be run in bounded time.' },
  'example-invalid': { severity: 'warning', rule: 'An example does not match its own schema.' },
  'security-unknown': { severity: 'warning', rule: 'A security scheme is not known.' },
  'extension-unknown': { severity: 'error', rule: 'x-hydrant has no such setting here.' },
  'extension-value': { severity: 'error', rule: 'An x-hydrant setting has a value that is not allowed.' },
  'allow-value': { severity: 'error', rule: 'A rule of x-hydrant.allow cannot be read; it lets nobody in.' },
  'extension-key': { severity: 'warning', rule: 'The key of a state channel is not a property of its messages.' },
}

/** Where readers put what they find. At most 1,000 are kept, each code once per pointer. */
export class Findings {
  readonly #found: { code: DiagnosticCode; pointer: string; message: string }[] = []
  readonly #seen = new Set<string>()

  /** Notes one finding. The message says what was expected, what came, and what was done about it. */
  add(code: DiagnosticCode, pointer: string, message: string): void {
    const key = `${code} ${pointer}`
    if (this.#seen.has(key) || this.#found.length >= 1_000) return
    this.#seen.add(key)
    this.#found.push({ code, pointer, message })
  }

  get size(): number {
    return this.#found.length
  }

  /** The findings as diagnostics, errors first, then in the order of the document. */
  list(
    originOf: (pointer: string) => string,
    locate: (pointer: string) => { line: number; column: number } | undefined,
  ): Diagnostic[] {
    const rank = { error: 0, warning: 1, info: 2 }
    return this.#found
      .map(({ code, pointer, message }) => {
        const origin = originOf(pointer)
        return { severity: diagnosticCodes[code].severity, code, message, pointer: origin, ...locate(origin) }
      })
      .toSorted(
        (a, b) =>
          rank[a.severity] - rank[b.severity] || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
      )
  }
}
