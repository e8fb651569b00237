/** A `pattern` ready to run. */
export interface Pattern {
  readonly test: (value: string) => boolean
}

/** Compiles a JSON Schema pattern. */
export function compilePattern(source: string): Pattern {
  let native: RegExp
  try {
    native = new RegExp(source, 'u')
  } catch {
    native = new RegExp(source)
  }
  return { test: (value) => native.test(value) }
}
