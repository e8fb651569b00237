import type { Assertion } from './parse.ts'
import type { Instruction } from './program.ts'

/** Runs a program over a text: true when it matches anywhere. Time is linear in the text, whatever the pattern. `byUnit` reads UTF-16 units, as JavaScript does without the `u` flag. */
export function runProgram(program: readonly Instruction[], text: string, byUnit: boolean): boolean {
  const machine = new Machine(program, text)
  for (let offset = 0; ;) {
    machine.enter(0, offset)
    if (machine.matched) return true
    if (offset >= text.length) return false
    const point = byUnit ? text.charCodeAt(offset) : text.codePointAt(offset)!
    const next = offset + (point > 0xff_ff ? 2 : 1)
    machine.step(point, next)
    if (machine.matched) return true
    offset = next
  }
}

/** The set of places in the program that can be next, as sparse sets that are cleared in constant time. */
class Machine {
  readonly #program: readonly Instruction[]
  readonly #text: string
  #current: number[] = []
  #waiting: number[] = []
  /** At which offset each place was last entered: nothing is entered twice for one offset. */
  readonly #entered: Int32Array
  matched = false

  constructor(program: readonly Instruction[], text: string) {
    this.#program = program
    this.#text = text
    this.#entered = new Int32Array(program.length).fill(-1)
  }

  /** Takes one character. */
  step(point: number, next: number): void {
    const current = this.#current
    this.#current = this.#waiting
    this.#current.length = 0
    for (const place of current) {
      const instruction = this.#program[place]!
      if (instruction.op === 'char' && instruction.matches(point)) this.enter(place + 1, next)
      if (this.matched) return
    }
    this.#waiting = current
  }

  /** Follows jumps, splits and assertions from a place to the characters it can lead to. */
  enter(place: number, offset: number): void {
    const open = [place]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (this.#entered[at] === offset) continue
      this.#entered[at] = offset
      const instruction = this.#program[at]!
      if (instruction.op === 'match') this.matched = true
      else if (instruction.op === 'char') this.#current.push(at)
      else if (instruction.op === 'jump') open.push(instruction.to)
      else if (instruction.op === 'split') open.push(instruction.second, instruction.first)
      else if (holds(instruction.assertion, this.#text, offset)) open.push(at + 1)
    }
  }
}

function holds(assertion: Assertion, text: string, offset: number): boolean {
  if (assertion === 'start') return offset === 0
  if (assertion === 'end') return offset === text.length
  const boundary = isWord(text, offset - 1) !== isWord(text, offset)
  return assertion === 'boundary' ? boundary : !boundary
}

function isWord(text: string, offset: number): boolean {
  return /\w/.test(text.charAt(offset))
}
