import type { Site } from './open-site.ts'

/** Serves an example on `PORT` (8080) until the process is told to stop, and says where it is and what to do there. */
export async function start(open: (port: number) => Promise<Site>, ...whatToTry: readonly string[]): Promise<void> {
  const port = Number(process.env['PORT'] ?? 8080)
  try {
    await using site = await open(port)
    console.log([`Open ${site.url}`, ...whatToTry, `The API's page: ${site.url}-/docs`, 'Ctrl-C stops it.'].join('\n'))
    await new Promise((stop) => {
      process.once('SIGINT', stop).once('SIGTERM', stop)
    })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    console.error(code === 'EADDRINUSE' ? `Port ${port} is in use. Take another: PORT=8081 npm start …` : message)
    process.exitCode = 1
  }
}
