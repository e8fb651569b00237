import { readFileSync } from 'node:fs'
import { createHydrant } from '@hydrant/server'

/** `load-contract.ts FILE`: how long a server takes to be made from a contract, in a process that has done nothing else yet. */
const text = readFileSync(process.argv[2]!, 'utf8')
const began = performance.now()
await using hydrant = createHydrant({ contract: text })
process.stdout.write(
  `${JSON.stringify({ milliseconds: performance.now() - began, channels: hydrant.contract.channels.length })}\n`,
)
