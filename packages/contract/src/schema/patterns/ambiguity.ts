import type { Instruction } from './program.ts'

/** Programs with more characters than this are not analysed: the analysis is quadratic, and only a finding depends on it. */
const maxAnalysed = 120

/** Pairs of places that are looked at before the analysis gives up. */
const maxPairs = 300_000

/**
 * True when a backtracking engine can take exponential time: there is a loop that can be run through in two ways over the same
 * text. Found as a loop through a pair of equal places, in the product of the program with itself, that leaves the diagonal or
 * takes two different ways (Weideman et al., 2016).
 */
export function isExponential(program: readonly Instruction[]): boolean {
  const graph = charGraph(program)
  if (graph === undefined) return false
  const search = { graph, overlaps: overlapsOf(program, [...graph.keys()]), left: maxPairs }
  for (const start of graph.keys()) if (loopsTwice(start, search)) return true
  return false
}

interface Search {
  graph: ReadonlyMap<number, ReadonlyMap<number, number>>
  overlaps: (a: number, b: number) => boolean
  left: number
}

/** From each character instruction, those that can be next, with the number of ways (capped at 2). */
function charGraph(program: readonly Instruction[]): Map<number, Map<number, number>> | undefined {
  const chars = [...program.keys()].filter((index) => program[index]!.op === 'char')
  if (chars.length > maxAnalysed) return undefined
  return new Map(chars.map((index) => [index, reachable(index + 1, program)]))
}

function reachable(start: number, program: readonly Instruction[]): Map<number, number> {
  const ways = new Map<number, number>()
  // Each place is passed at most twice: more ways than two make no difference.
  const passed = new Map<number, number>()
  const open = [start]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const times = (passed.get(at) ?? 0) + 1
    if (times > 2) continue
    passed.set(at, times)
    const instruction = program[at]!
    if (instruction.op === 'char') ways.set(at, times)
    else if (instruction.op === 'jump') open.push(instruction.to)
    else if (instruction.op === 'split') open.push(instruction.second, instruction.first)
    else if (instruction.op === 'assert') open.push(at + 1)
  }
  return ways
}

/** Is there a way from (start, start) back to it over the same text, on two different paths? */
function loopsTwice(start: number, search: Search): boolean {
  const seen = new Set<string>()
  const open: { a: number; b: number; split: boolean }[] = [{ a: start, b: start, split: false }]
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    for (const [a, ways] of search.graph.get(pair.a)!) {
      for (const b of search.graph.get(pair.b)!.keys()) {
        search.left -= 1
        if (search.left < 0) return false
        if (!search.overlaps(a, b)) continue
        const split = pair.split || a !== b || (pair.a === pair.b && ways > 1)
        if (split && a === start && b === start) return true
        const key = `${a},${b},${split}`
        if (seen.has(key)) continue
        seen.add(key)
        open.push({ a, b, split })
      }
    }
  }
  return false
}

/** Whether two character instructions take a character in common, judged by samples: all of ASCII, some of other scripts, and what the pattern itself names. */
function overlapsOf(program: readonly Instruction[], chars: readonly number[]): (a: number, b: number) => boolean {
  const points = new Set(Array.from({ length: 128 }, (_, point) => point))
  for (const point of [0xa0, 0xe9, 0x3b1, 0x416, 0x5d0, 0x627, 0x905, 0x4e00, 0xac00, 0x2028, 0x1f_600])
    points.add(point)
  for (const index of chars) {
    const instruction = program[index]!
    if (instruction.op === 'char') for (const character of instruction.source) points.add(character.codePointAt(0)!)
  }
  const taken = new Map<number, Set<number>>()
  for (const index of chars) {
    const instruction = program[index]!
    if (instruction.op === 'char') taken.set(index, new Set([...points].filter((point) => instruction.matches(point))))
  }
  const known = new Map<number, boolean>()
  return (a, b) => {
    const key = a < b ? a * program.length + b : b * program.length + a
    let answer = known.get(key)
    if (answer === undefined) {
      const others = taken.get(b)!
      answer = [...taken.get(a)!].some((point) => others.has(point))
      known.set(key, answer)
    }
    return answer
  }
}
