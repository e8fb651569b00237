import { InvalidArgumentError, Option } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import type { ExitReason } from '../exit-codes.ts'

/** Reads a whole number in a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}`)
    }
    return value
  }
}

/** Reads a number above zero. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('expected a number above 0')
  }
  return value
}

/** Turns a parser that throws SyntaxError into one for an option, which may stand only once. */
export function syntax<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      if (error instanceof SyntaxError) throw new InvalidArgumentError(error.message)
      throw error
    }
  }
}

/** As {@link syntax}, for an option that may be repeated. */
export function repeated<T>(parse: (text: string) => T): (text: string, previous: readonly T[]) => readonly T[] {
  return (text, previous) => [...previous, syntax(parse)(text)]
}

/** `--perspective`, the same for every command that reads a contract. */
export function perspectiveOption(): Option {
  return new Option('--perspective <side>', 'which side of the contract Hydrant plays')
    .choices(['server', 'client'])
    .default('server')
}

/** The end of every `--help`: examples, then how the command can end. */
export function helpEnd(examples: readonly string[], reasons: readonly ExitReason[]): string {
  const exits = reasons.map((reason) => `  ${String(exitCodes[reason].code).padEnd(4)}${exitCodes[reason].meaning}`)
  return ['', 'Examples:', ...examples.map((line) => `  ${line}`), '', 'Exit codes:', ...exits].join('\n')
}
