/**
 * Reads the header grammar of RFC 9110 §5.6 from left to right, each character once: no regular expression, so no input
 * makes it slow.
 */
export class HeaderReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length
  }

  skipSpace(): void {
    while (this.#at < this.#text.length && isSpace(this.#text.charCodeAt(this.#at))) this.#at++
  }

  /** Takes the character if it is next. */
  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  /** Takes a token; `undefined` when there is none. */
  token(): string | undefined {
    const start = this.#at
    while (this.#at < this.#text.length && isTokenCharacter(this.#text.charCodeAt(this.#at))) this.#at++
    return this.#at === start ? undefined : this.#text.slice(start, this.#at)
  }

  /** Takes the rest of a quoted string after its opening quote, unescaped; `undefined` when it does not end. */
  quotedRest(): string | undefined {
    let value = ''
    while (!this.atEnd) {
      const character = this.#text[this.#at++]!
      if (character === '"') return value
      if (character === '\\') {
        if (this.atEnd) return undefined
        value += this.#text[this.#at++]!
      } else value += character
    }
    return undefined
  }
}

/** `1#token`: a list with at least one token; empty elements are skipped (RFC 9110 §5.6.1.2). `undefined` if malformed. */
export function parseTokenList(text: string): string[] | undefined {
  const reader = new HeaderReader(text)
  const tokens: string[] = []
  for (;;) {
    reader.skipSpace()
    const token = reader.token()
    if (token !== undefined) tokens.push(token)
    reader.skipSpace()
    if (reader.atEnd) return tokens.length === 0 ? undefined : tokens
    if (!reader.take(',')) return undefined
  }
}

/** Whether a list has the token, in any case. False when the list is malformed. */
export function listHasToken(text: string, token: string): boolean {
  return parseTokenList(text)?.some((each) => each.toLowerCase() === token) === true
}

export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isTokenCharacter(text.charCodeAt(i))) return false
  return text.length > 0
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

const TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~"

/** RFC 9110 §5.6.2. */
function isTokenCharacter(code: number): boolean {
  return TOKEN_CHARACTERS[code] === 1
}

const TOKEN_CHARACTERS: Uint8Array = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code)
  if (/[0-9A-Za-z]/.test(character) || TOKEN_PUNCTUATION.includes(character)) TOKEN_CHARACTERS[code] = 1
}
