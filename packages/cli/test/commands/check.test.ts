import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contractText } from '../api.ts'
import { run } from '../run-command.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
})
afterAll(async () => rm(folder, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const at = path.join(folder, name)
  await writeFile(at, text)
  return at
}

const broken = contractText
  .replace("{ $ref: '#/channels/notes' }", "{ $ref: '#/channels/nosuch' }")
  .replace('address: /notes', 'address: notes')

describe('hydrant check', () => {
  it('says nothing but a summary about a document that is well', async () => {
    const at = await file('good.yaml', contractText)
    expect(await run(['check', at])).toEqual({
      code: 0,
      stdout: '',
      stderr: `${at}: no errors, no warnings; 5 channels can be served\n`,
    })
  })

  it('prints a line for each finding, in the order of the file, and ends with 1', async () => {
    const at = await file('broken.yaml', broken)
    const { code, stdout, stderr } = await run(['check', at])
    const places = stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(at.length).split(' ', 3))
    expect(places).toEqual([
      [':8:3', 'info', 'channel-no-operation'],
      [':9:5', 'warning', 'address-no-slash'],
      [':23:30', 'error', 'operation-channel'],
      [':23:41', 'error', 'ref-not-found'],
    ])
    expect(stdout).toMatch(/\(\/channels\/notes\/address\)\n/)
    expect(stderr).toMatch(/: 2 errors, 1 warning, 1 remark; 5 channels can be served\n$/)
    expect(code).toBe(1)
  })

  it('prints one JSON object with --json', async () => {
    const at = await file('broken.yaml', broken)
    const { code, stdout, stderr } = await run(['check', at, '--json'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const report = JSON.parse(stdout) as { diagnostics: object[] }
    expect(report).toMatchObject({ file: at, errors: 2, warnings: 1, infos: 1 })
    expect(report.diagnostics[1]).toMatchObject({
      severity: 'warning',
      pointer: '/channels/notes/address',
      line: 9,
      column: 5,
    })
  })

  it('reads standard input', async () => {
    expect(await run(['check', '-'], contractText)).toMatchObject({
      code: 0,
      stderr: '<stdin>: no errors, no warnings; 5 channels can be served\n',
    })
  })

  it.each([
    ['not-yaml.yaml', 'a: [1\nb: {', 1, /^.*not-yaml.yaml:\d+:\d+ error not-parseable .*\n/],
    ['openapi.yaml', 'openapi: 3.1.0\n', 1, /^.*openapi.yaml:1:1 error not-asyncapi .*\n$/],
    ['empty.yaml', '', 1, /^.*empty.yaml:1:1 error not-\w+ .*\n$/],
  ])('says what is wrong with %s', async (name, text, expectedCode, line) => {
    const { code, stdout, stderr } = await run(['check', await file(name, text)])
    expect(stdout).toMatch(line)
    expect(stderr).toMatch(/ it cannot be served\n$/)
    expect(code).toBe(expectedCode)
  })

  it('says in one line that there is no such file, or that it is a directory', async () => {
    const at = path.join(folder, 'nosuch.yaml')
    expect(await run(['check', at])).toEqual({
      code: 3,
      stdout: '',
      stderr: `hydrant: cannot read ${at}: there is no such file\n`,
    })
    expect(await run(['check', folder])).toEqual({
      code: 3,
      stdout: '',
      stderr: `hydrant: ${folder} is a directory; expected a file\n`,
    })
  })
})
