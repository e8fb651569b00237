/**
 * Every way a command can end. The `--help` texts, the README and the tests come from this table or are checked
 * against it; scripts may rely on the numbers.
 */
export const exitCodes: ExitCodeTable = {
  ok: { code: 0, meaning: 'done' },
  refused: { code: 1, meaning: 'the input or the answer says no' },
  usage: { code: 2, meaning: 'the command line is wrong' },
  unreadable: { code: 3, meaning: 'a file cannot be read or written' },
  unreachable: { code: 4, meaning: 'nothing is listening there, or it is not Hydrant' },
  cannotListen: { code: 5, meaning: 'the port or the address cannot be used' },
  interrupted: { code: 130, meaning: 'interrupted before the end' },
  internal: { code: 70, meaning: 'a fault in hydrant itself' },
}

/** A row of {@link exitCodes}. */
export type ExitReason =
  | 'ok'
  | 'refused'
  | 'usage'
  | 'unreadable'
  | 'unreachable'
  | 'cannotListen'
  | 'interrupted'
  | 'internal'

type ExitCodeTable = Readonly<Record<ExitReason, { readonly code: number; readonly meaning: string }>>

/** What a person reads when a command cannot go on: one line, and the exit code that goes with it. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly reason: ExitReason

  /** @param message One line without a full stop: what was expected, what came, where, and what to do about it. */
  constructor(reason: ExitReason, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.reason = reason
  }
}
