import { type Assertion, type Node, Unsupported } from './parse.ts'

/** A pattern as instructions for a machine that follows all possibilities at once (Thompson, 1968). */
export type Instruction =
  | { op: 'char'; matches: (point: number) => boolean; source: string }
  | { op: 'split'; first: number; second: number }
  | { op: 'jump'; to: number }
  | { op: 'assert'; assertion: Assertion }
  | { op: 'match' }

/** Most instructions: the time per character is proportional to them. `{1000}` repeats its body a thousand times. */
const maxInstructions = 4_000

/** Compiles a tree. Throws {@link Unsupported} when the program would be too long. `flags` is `u`, or empty for patterns that only work without. */
export function compileProgram(node: Node, flags: string): Instruction[] {
  const program: Instruction[] = []
  emit(node, program, flags)
  push(program, { op: 'match' })
  return program
}

function push(program: Instruction[], instruction: Instruction): number {
  if (program.length >= maxInstructions) throw new Unsupported(`it has more than ${maxInstructions} steps`)
  return program.push(instruction) - 1
}

function emit(node: Node, program: Instruction[], flags: string): void {
  switch (node.kind) {
    case 'empty':
      return
    case 'char':
      push(program, { op: 'char', matches: matcherOf(node.source, flags), source: node.source })
      return
    case 'foreign':
      throw new Unsupported(node.reason)
    case 'assert':
      push(program, { op: 'assert', assertion: node.assertion })
      return
    case 'sequence':
      for (const part of node.parts) emit(part, program, flags)
      return
    case 'choice':
      emitChoice(node.branches, program, flags)
      return
    case 'repeat':
      emitRepeat(node, program, flags)
  }
}

function emitChoice(branches: readonly Node[], program: Instruction[], flags: string): void {
  const jumps: { op: 'jump'; to: number }[] = []
  for (const [index, branch] of branches.entries()) {
    const isLast = index === branches.length - 1
    const split = { op: 'split' as const, first: program.length + 1, second: 0 }
    if (!isLast) push(program, split)
    emit(branch, program, flags)
    if (isLast) continue
    const jump = { op: 'jump' as const, to: 0 }
    push(program, jump)
    jumps.push(jump)
    split.second = program.length
  }
  for (const jump of jumps) jump.to = program.length
}

function emitRepeat(
  { body, min, max }: Extract<Node, { kind: 'repeat' }>,
  program: Instruction[],
  flags: string,
): void {
  for (let count = 0; count < min; count += 1) emit(body, program, flags)
  if (max === Infinity) {
    const split = { op: 'split' as const, first: program.length + 1, second: 0 }
    const start = push(program, split)
    emit(body, program, flags)
    push(program, { op: 'jump', to: start })
    split.second = program.length
    return
  }
  const splits: { second: number }[] = []
  for (let count = min; count < max; count += 1) {
    const split = { op: 'split' as const, first: program.length + 1, second: 0 }
    push(program, split)
    splits.push(split)
    emit(body, program, flags)
  }
  for (const split of splits) split.second = program.length
}

/** JavaScript itself says what one character class takes; for ASCII it is asked once. */
function matcherOf(source: string, flags: string): (point: number) => boolean {
  const single = singleOf(source, flags)
  const ascii = new Uint8Array(128)
  for (let point = 0; point < 128; point += 1) ascii[point] = single.test(String.fromCodePoint(point)) ? 1 : 0
  return (point) => (point < 128 ? ascii[point] === 1 : single.test(String.fromCodePoint(point)))
}

function singleOf(source: string, flags: string): RegExp {
  try {
    return new RegExp(`^(?:${source})$`, flags)
  } catch {
    throw new Unsupported(`"${source}" is not understood`)
  }
}
