import { readContract } from '@hydrant/contract'
import type { Dice } from '../../packages/wire/fuzz/engine-fuzz.ts'
import { DOCUMENTS } from '../../packages/contract/test/fuzz-documents.ts'
import { mutated, mutatedText } from './mutate.ts'
import { type FuzzTarget, insist, processorMs } from './target.ts'

const VALUES: readonly unknown[] = [
  null,
  1,
  'x',
  '',
  [],
  [1, 'x'],
  { id: 1 },
  { id: '1', s: { s: { id: 'x' } }, p: 'a' },
  JSON.parse('{"__proto__":{"id":1}}'),
]

/** A changed contract is read and used, and values of strangers are checked against it. */
export const contract: FuzzTarget = {
  name: 'contract',
  about: 'changed documents, as objects, JSON and YAML, and values checked against them',
  run(dice) {
    const document = mutated(dice.pick(DOCUMENTS), dice, 1 + dice.roll(5))
    const started = processorMs()
    switch (dice.roll(4)) {
      case 0:
        use(document, dice)
        break
      case 1:
        use(JSON.stringify(document), dice)
        break
      case 2:
        use(`# YAML\n${JSON.stringify(document, null, 1)}`, dice)
        break
      default: {
        let text = JSON.stringify(document)
        for (let i = 0; i <= dice.roll(4); i++) text = mutatedText(text, dice)
        use(dice.roll(2) === 0 ? text : `# YAML\n${text}`, dice)
      }
    }
    const tookMs = processorMs() - started
    insist(tookMs < 5_000, () => `reading and using it took ${Math.round(tookMs)} ms`)
    insist(({} as { polluted?: unknown }).polluted === undefined, () => 'a prototype was written')
  },
}

/** Does everything that a server does with a contract. */
function use(source: string | object, dice: Dice): void {
  const { contract: read, diagnostics } = readContract(source)
  if (read === undefined) {
    insist(
      diagnostics.some(({ severity }) => severity === 'error'),
      () => 'nothing is served and no error says why',
    )
    return
  }
  JSON.stringify(read.document)
  for (const channel of read.channels) {
    read.match(channel.address.replaceAll(/[{}]/g, ''))
    channel.checkHandshake(new URLSearchParams('q=1&q=x&a'), () => '1')
    channel.keyOf({ id: 1 })
    for (const set of [channel.all, channel.toClients, channel.fromClients]) {
      set.check({ encoding: 'text', value: 'x' })
      set.check({ encoding: 'binary', value: new Uint8Array() })
      for (let i = 0; i < 3; i++) set.check({ encoding: 'json', value: mutated(dice.pick(VALUES), dice, 1) })
    }
  }
}
