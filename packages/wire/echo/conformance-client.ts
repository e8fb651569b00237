import type { DeflateOptions, WireLimits } from '../src/index.ts'
import { connectClient } from './client.ts'

export interface ConformanceOptions {
  readonly agent: string
  readonly limits?: Partial<WireLimits> | undefined
  readonly deflate?: boolean | DeflateOptions | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * Plays the client under test for a server that speaks the fuzzing-server protocol of the Autobahn TestSuite: asks how
 * many cases there are, echoes through each of them, and asks for the reports. Returns the number of cases.
 */
export async function runConformance(address: string, options: ConformanceOptions): Promise<number> {
  const agent = encodeURIComponent(options.agent)
  const at = (path: string): string => new URL(path, address).href
  let total = Number.NaN
  await connectClient(at('/getCaseCount'), {
    onMessage: (_connection, payload) => {
      total = Number(payload.toString())
    },
  })
  if (!Number.isInteger(total)) throw new Error(`${address} did not answer /getCaseCount with a number`)
  for (let number = 1; number <= total; number++) {
    await connectClient(at(`/runCase?case=${number}&agent=${agent}`), {
      limits: options.limits,
      deflate: options.deflate,
      onMessage: (connection, payload, binary) => {
        if (binary) connection.sendBinary(payload)
        else connection.sendText(payload)
      },
    })
    options.onProgress?.(number, total)
  }
  await connectClient(at(`/updateReports?agent=${agent}`), { onMessage: () => {} })
  return total
}
