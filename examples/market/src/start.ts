import { openMarket } from './market.ts'
import { whatToTry } from './what-to-try.ts'

const port = Number(process.env['PORT'] || 8080)
await using market = openMarket()

const stopped = new Promise((resolve) => {
  process.once('SIGINT', resolve).once('SIGTERM', resolve)
})

/** Another port when the usual one is in use, such as by a second example; the one that was asked for, or none. */
async function openAdmin(): Promise<{ readonly url: string }> {
  const asked = process.env['ADMIN_PORT'] || undefined
  if (asked !== undefined) return market.api.listenAdmin({ port: Number(asked) })
  try {
    return await market.api.listenAdmin()
  } catch {
    return market.api.listenAdmin({ port: 0 })
  }
}

try {
  const listening = await market.api.listen({ port })
  const admin = await openAdmin()
  console.log([...whatToTry(`localhost:${listening.port}`), '', `See and manage it: ${admin.url}/`].join('\n'))
  await stopped
} catch (error) {
  const { code, message, port: taken } = error as NodeJS.ErrnoException & { port?: number }
  const another = taken === port ? 'PORT=8090' : 'ADMIN_PORT=8091'
  console.error(code === 'EADDRINUSE' ? `Port ${taken} is in use. Try another: ${another} npm start` : message)
  process.exitCode = 1
}
