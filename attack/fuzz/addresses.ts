import { type Contract, readContract } from '@hydrant/contract'
import type { Dice } from '../../packages/wire/fuzz/engine-fuzz.ts'
import { type FuzzTarget, insist, processorMs } from './target.ts'

/** Pieces of which templates and paths are made: harmless ones, names that mean something to JavaScript, and spellings of separators. */
const TEXTS = [
  'a',
  'b',
  'users',
  'A',
  'é',
  'e\u0301',
  '😀',
  'x.json',
  'a-b',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '~',
]
const ESCAPES = [
  '%2e',
  '%2E%2e',
  '%2F',
  '%2f',
  '%5C',
  '%00',
  '%0a',
  '%',
  '%zz',
  '%C3',
  '%C3%A9',
  '%ED%A0%80',
  '%25',
  '%252e',
  '%3B',
  '%23',
  '%41',
]
const STRANGE = ['.', '..', ';x', '\\', '', '\u0000', '\uD800', '?', '#', '//h', 'x'.repeat(254), 'x'.repeat(300)]
const NAMES = ['id', 'x', '__proto__', 'constructor', 'toString', 'p']

/** A contract is read once for this many paths. */
const PATHS = 200

/** Templates and paths at random: one canonical form is both matched and used. */
export const addresses: FuzzTarget = {
  name: 'addresses',
  about: `${PATHS} paths against the templates of one contract`,
  run(dice) {
    const { contract, diagnostics } = readContract(makeContract(dice))
    insist(contract !== undefined, () => `plain templates are not served: ${JSON.stringify(diagnostics)}`)
    for (let i = 0; i < PATHS; i++) checkPath(contract, makePath(dice))
  },
}

function makeContract(dice: Dice): object {
  const channels: Record<string, object> = {}
  for (let i = 0; i <= dice.roll(6); i++) {
    const names = new Set<string>()
    const segments = Array.from({ length: dice.roll(4) }, () => {
      const name = dice.pick(NAMES)
      if (dice.roll(2) === 0 || names.has(name)) return dice.pick(TEXTS)
      names.add(name)
      return `${dice.roll(4) === 0 ? 'a-' : ''}{${name}}${dice.roll(4) === 0 ? '.json' : ''}`
    })
    const parameters = [...names].map((name) => [name, dice.roll(3) === 0 ? { enum: ['a', 'b', 'é'] } : {}])
    channels[`c${i}`] = {
      address: `/${segments.join('/')}`,
      parameters: Object.fromEntries(parameters),
      messages: { m: {} },
    }
  }
  return { asyncapi: '3.0.0', info: { title: 'x', version: '1' }, channels }
}

function makePath(dice: Dice): string {
  let path = dice.roll(20) === 0 ? '' : '/'
  const segments = dice.roll(40) === 0 ? dice.pick([31, 32, 33, 5_000]) : 1 + dice.roll(4)
  for (let i = 0; i < segments; i++) {
    const pieces = dice.roll(10) === 0 ? dice.roll(4) : 1
    for (let piece = 0; piece < pieces; piece++) path += dice.pick(dice.pick([TEXTS, TEXTS, TEXTS, ESCAPES, STRANGE]))
    if (i < segments - 1) path += '/'
  }
  return path
}

function checkPath(contract: Contract, path: string): void {
  const started = processorMs()
  const found = contract.match(path)
  insist(processorMs() - started < 1_000, () => `${path.length} characters took more than a second`)
  insist(({} as { polluted?: unknown }).polluted === undefined, () => 'a prototype was written')
  if (!found.ok) return
  const { address, parameters, channel } = found
  const show = (): string => `${JSON.stringify(path)} was taken as ${JSON.stringify(address)}`
  const segments = address === '/' ? [] : address.slice(1).split('/')
  insist(address.startsWith('/') && address.length <= 255 && segments.length <= 32, show)
  insist(address === address.normalize('NFC') && address.isWellFormed(), show)
  insist(!segments.some((segment) => segment === '' || segment === '.' || segment === '..'), show)
  insist(!/[\p{Cc}\\;#?%]/u.test(address), show)
  insist(Object.getPrototypeOf(parameters) === null, () => 'parameters have a prototype')
  insist(
    Object.values(parameters).every((value) => value !== '' && !value.includes('/')),
    show,
  )
  // Written plainly or escaped, the canonical form is itself: what was checked is what is used.
  for (const again of [address, segments.map((segment) => `/${encodeURIComponent(segment)}`).join('') || '/']) {
    const second = contract.match(again)
    insist(
      second.ok && second.address === address && second.channel === channel,
      () => `${show()}, but not again as ${again}`,
    )
    insist(
      JSON.stringify(second.parameters) === JSON.stringify(parameters),
      () => `${show()}, with other parameters the second time`,
    )
  }
}
