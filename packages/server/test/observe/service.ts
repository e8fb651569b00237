import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createService } from '../../src/create-service.ts'
import { resolve } from '../../src/doors/request.ts'
import { Router } from '../../src/doors/router.ts'
import { loadContract } from '../../src/load-contract.ts'
import { ANONYMOUS } from '../../src/guard/principal.ts'
import type { HydrantOptions } from '../../src/options.ts'
import { Handlers } from '../../src/publish/handlers.ts'
import type { Incoming } from '../../src/publish/accept-message.ts'
import type { Service } from '../../src/service.ts'
import type { Sender } from '../../src/observe/door.ts'
import { API } from '../api.ts'

/** A service whose parts a test can look into. */
export function serviceOf(options: Partial<HydrantOptions> = {}): Service {
  const { contract } = loadContract(
    options.contract ?? API,
    options.perspective === undefined ? {} : { perspective: options.perspective },
  )
  return createService(contract, new Handlers(), { contract: API, ...options })
}

/** The same behind its doors, on a free port. */
export async function doorsOf(
  service: Service,
): Promise<AsyncDisposable & { readonly url: string; readonly wsUrl: string }> {
  const router = new Router(service, () => true)
  const server = createServer()
  server.on('request', (request, response) => void router.handleRequest(request, response))
  server.on('upgrade', (request, socket, head: Buffer) => void router.handleUpgrade(request, socket, head))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    wsUrl: url.replace('http', 'ws'),
    async [Symbol.asyncDispose]() {
      await service.transports.closeAll(Promise.resolve())
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Publishes as a client of the socket protocol; gives the error's code when it is refused. */
export async function publish(
  service: Service,
  address: string,
  message: Incoming | object,
  sender: Sender = { door: 'socket', connection: 'c1', principal: 'ann' },
): Promise<string | undefined> {
  const incoming = 'encoding' in message ? message : ({ encoding: 'json', value: message } as const)
  try {
    await service.publisher.publish({
      at: resolve(service, address),
      role: 'application',
      sender,
      messages: [incoming],
      caller: ANONYMOUS,
    })
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}
