import { isExponential } from './ambiguity.ts'
import { type Node, Unsupported, parsePattern } from './parse.ts'
import { type Instruction, compileProgram } from './program.ts'
import { runProgram } from './run.ts'

/** A `pattern` ready to run, always in bounded time. */
export interface Pattern {
  readonly test: (value: string) => boolean
  /** What was found out about it: fine, fine here but exponential elsewhere, not runnable in bounded time, or not a regular expression. */
  readonly verdict: 'fine' | 'exponential' | 'refused' | 'invalid'
  /** Why it is refused or invalid. */
  readonly detail?: string
}

/** Steps a backtracking engine may take where ours could do it instead; while a text is short, JavaScript's own is faster. */
const maxNativeSteps = 100_000

/** Steps a backtracking engine may take for patterns that only it can run: about 50 ms. Longer texts do not match. */
const maxForeignSteps = 10_000_000

const cache = new Map<string, Pattern>()

/** Patterns remembered across contracts. */
const maxCached = 1_000

/** Compiles a JSON Schema pattern: with Unicode rules, or without them where it is only valid without. Never throws. */
export function compilePattern(source: string): Pattern {
  let pattern = cache.get(source)
  if (pattern === undefined) {
    pattern = compile(source)
    if (cache.size >= maxCached) cache.clear()
    cache.set(source, pattern)
  }
  return pattern
}

/** Runs a pattern in the linear-time engine whatever its shape, for tests. Throws where that is not possible. */
export function runLinear(source: string, value: string): boolean {
  const native = nativeOf(source)
  return runProgram(compileProgram(parsePattern(source), native?.flags ?? 'u'), value, native?.flags === '')
}

function compile(source: string): Pattern {
  const native = nativeOf(source)
  // A pattern that is none accepts every text: the contract is at fault, not the message. It was diagnosed on reading.
  if (native === undefined) return { test: () => true, verdict: 'invalid', detail: 'it is not a regular expression' }
  let degree: number | undefined
  try {
    const tree = parsePattern(source)
    degree = degreeOf(tree)
    return runnable(native, compileProgram(tree, native.flags), degree)
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    if (degree === undefined) return { test: () => true, verdict: 'refused', detail: error.message }
    const longest = longestFor(degree, maxForeignSteps)
    return { test: (value) => value.length <= longest && native.test(value), verdict: 'fine' }
  }
}

function runnable(native: RegExp, program: readonly Instruction[], degree: number | undefined): Pattern {
  const byUnit = native.flags === ''
  const linear = (value: string): boolean => runProgram(program, value, byUnit)
  if (degree === undefined) return { test: linear, verdict: isExponential(program) ? 'exponential' : 'fine' }
  const longest = longestFor(degree, maxNativeSteps)
  return { test: (value) => (value.length <= longest ? native.test(value) : linear(value)), verdict: 'fine' }
}

/** The longest text for which length to the power of `degree` stays below a number of steps. */
function longestFor(degree: number, steps: number): number {
  return Math.floor(steps ** (1 / degree))
}

function nativeOf(source: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags)
    } catch {
      // Tried without Unicode rules next.
    }
  }
  return undefined
}

/**
 * The exponent of the time a backtracking engine can need: one for where the match starts, unless the pattern says where, and one
 * for each open-ended repetition. Undefined when a repetition stands inside another one: then there is no such exponent.
 */
function degreeOf(tree: Node): number | undefined {
  const anchored = tree.kind === 'sequence' && tree.parts[0]?.kind === 'assert' && tree.parts[0].assertion === 'start'
  const repetitions = repetitionsIn(tree)
  return repetitions === undefined ? undefined : Math.max(1, repetitions + (anchored ? 0 : 1))
}

function repetitionsIn(node: Node): number | undefined {
  if (node.kind === 'sequence') return sum(node.parts)
  if (node.kind === 'choice') return sum(node.branches)
  if (node.kind === 'foreign') {
    const inner = repetitionsIn(node.body)
    return inner === undefined ? undefined : inner + 1
  }
  if (node.kind !== 'repeat') return 0
  const inner = repetitionsIn(node.body)
  if (inner === undefined || (node.body.kind !== 'char' && (inner > 0 || node.max > 1))) return undefined
  return node.max > 1 && node.max !== node.min ? inner + 1 : inner
}

function sum(nodes: readonly Node[]): number | undefined {
  let total = 0
  for (const node of nodes) {
    const repetitions = repetitionsIn(node)
    if (repetitions === undefined) return undefined
    total += repetitions
  }
  return total
}
