import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { readContract } from '@hydrant/contract'
import { describe, expect, it } from 'vitest'
import { generateTypes } from '../../../packages/cli/src/types/generate.ts'

const folder = new URL('../../', import.meta.url)
const examples = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/page/`, folder)))
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8')

/** Runs `npm start` of an example without npm: its output so far, and its end. */
function start(name: string, port: number) {
  const child = spawn(
    process.execPath,
    ['--conditions=@hydrant/source', '--disable-warning=ExperimentalWarning', 'src/start.ts'],
    { cwd: fileURLToPath(new URL(`${name}/`, folder)), env: { ...process.env, PORT: String(port) } },
  )
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return { child, output, ended: once(child, 'close').then(([code]) => code as number | null) }
}

describe.each(examples)('%s', (name) => {
  it('has a contract without any finding, and its types are current', () => {
    const { contract, diagnostics } = readContract(read(`${name}/api.yaml`))
    expect(diagnostics).toEqual([])
    expect(read(`${name}/page/api.gen.ts`)).toBe(generateTypes(contract!))
  })

  it('starts with the command of its README, says where it is, and ends when it is told to', async () => {
    expect(read(`${name}/README.md`)).toContain(`npm start -w examples/${name}`)
    const { scripts } = JSON.parse(read(`${name}/package.json`)) as { scripts: Record<string, string> }
    expect(scripts['start']).toBe(
      'node --conditions=@hydrant/source --disable-warning=ExperimentalWarning src/start.ts',
    )
    const { child, output, ended } = start(name, 0)
    while (!output.stdout.includes('Ctrl-C'))
      await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error(output.stderr)))])
    const url = /^Open (http:\/\/localhost:\d+\/)$/m.exec(output.stdout)?.[1] ?? ''
    for (const path of ['', 'page.js', 'page.css', 'site.css', '-/docs']) {
      const response = await fetch(`${url}${path}`)
      expect([path, response.status]).toEqual([path, 200])
      await response.arrayBuffer()
    }
    expect((await fetch(`${url}nothing`)).status).toBe(404)
    child.kill('SIGTERM')
    expect([await ended, output.stderr]).toEqual([0, ''])
  })
})

it('an example whose port is in use says so in one line', async () => {
  const taken = createServer().listen(0, 'localhost')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const { output, ended } = start(examples[0]!, port)
  expect(await ended).toBe(1)
  expect(output).toEqual({ stdout: '', stderr: `Port ${port} is in use. Take another: PORT=8081 npm start …\n` })
  taken.close()
})
