/**
 * Writes docs/reference/contract-files.md: what each real vendor document needed to be served.
 *
 *     node --conditions=@hydrant/source packages/contract/scripts/contract-files.ts FOLDER
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Contract, type Diagnostic, readContract } from '@hydrant/contract'

const [folder = ''] = process.argv.slice(2)
if (folder === '') throw new Error('Give the folder with the AsyncAPI documents.')
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .toSorted()
const rows = files.map((file) => row(file))
const target = join(import.meta.dirname, '../../../docs/reference/contract-files.md')
writeFileSync(target, page(rows.join('\n')))

function row(file: string): string {
  const text = readFileSync(join(folder, file), 'utf8')
  const times: number[] = []
  let result = readContract(text)
  for (let run = 0; run < 9; run += 1) {
    const started = performance.now()
    result = readContract(text)
    times.push(performance.now() - started)
  }
  const { contract, diagnostics } = result
  const median = times.toSorted((a, b) => a - b)[4]!
  const cells = [
    file.replace('.yaml', ''),
    contract?.asyncapi ?? '?',
    size(text),
    ...counts(contract),
    needed(diagnostics),
    `${median.toFixed(0)} ms`,
  ]
  return `| ${cells.join(' | ')} |`
}

function size(text: string): string {
  return `${Math.round(text.length / 1024)} KB`
}

function counts(contract: Contract | undefined): string[] {
  if (contract === undefined) return ['-', '-', '-']
  const messages = contract.channels.reduce((sum, channel) => sum + channel.messages.length, 0)
  return [String(contract.channels.length), String(contract.operations.length), String(messages)]
}

function needed(diagnostics: readonly Diagnostic[]): string {
  const codes = Map.groupBy(diagnostics, ({ code }) => code)
  const parts = [...codes].map(([code, found]) => `${found.length} × ${found[0]!.severity} \`${code}\``)
  return parts.length === 0 ? 'nothing' : parts.join('<br>')
}

function page(table: string): string {
  return `# What real AsyncAPI documents needed

Nine documents of WebSocket APIs that vendors and the AsyncAPI project publish. All of them are served. The findings are what
\`hydrant check\` prints; the rules behind the codes are in [diagnostics](diagnostics.md).
Messages are counted per channel. Times are the median of nine loads in a warm process on a shared two-core machine.

| document | AsyncAPI | size | channels | operations | messages | findings | load |
| --- | --- | --- | --- | --- | --- | --- | --- |
${table}

What stands out:

- **binance-spot**, **binance-spot-streams**, **coinbase**, **hyperliquid** and **krakenfutures** are written from the client's side, and so is **deepgram** (its
  \`publish\` lists "Server messages"): serve them with \`--perspective client\`.
- **binance-spot-streams** has a query inside an address (\`/stream?streams={streams}\`), which AsyncAPI forbids. It is served at \`/stream\`; the
  parameter is checked at the handshake where it is given.
- **coinbase**, **hyperliquid** and **krakenfutures** have addresses without a leading slash, which is put in front.
- **coinbase** has \`ENUM\` and **hyperliquid** \`$reF\` where keywords were meant: the two schemas accept more than their authors wanted.
- **deepgram** is version 2.6, and is converted. It refers to keys with slashes in them without escaping (65 times: the reason why the official parser
  refuses it), and its audio messages are strings of format \`binary\`, which can only mean binary frames.
- **kraken-filter-in-reply** has examples that do not match their own schema (\`pair\` is a string, where the schema has an array; a \`status\` that is not
  in its enum).
- Where messages have no constant to tell them apart, the one that says most about the value is taken, of those that are valid.

Regenerate with \`node --conditions=@hydrant/source packages/contract/scripts/contract-files.ts FOLDER\`.
`
}
