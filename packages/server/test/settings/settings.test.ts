import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfigFile } from '../../src/settings/config-file.ts'
import {
  parseText,
  readSettings,
  ROWS,
  SETTING_NAMES,
  SettingsError,
  SettingsInForce,
  showValue,
  unknownVariables,
  variableOf,
} from '../../src/settings/index.ts'
import { serve } from '../api.ts'

const NUMERIC = SETTING_NAMES.filter((name) => ROWS[name].max !== undefined)

/** Every way to give a setting a number; each throws or rejects what it refuses. */
const WAYS: readonly [string, (name: (typeof SETTING_NAMES)[number], text: string) => Promise<unknown>][] = [
  ['a flag', async (name, text) => parseText(ROWS[name], text)],
  [
    'the environment',
    async (name, text) => (await readSettings({ environment: { [variableOf(ROWS[name])]: text } })).values[name],
  ],
  [
    'the file',
    async (name, text) => {
      const [group, key] = ROWS[name].path.split('.')
      return parseConfigFile(`${group}:\n  ${key}: ${text}\n`, 'h.yaml').get(name)?.value
    },
  ],
]

function textOf(name: (typeof SETTING_NAMES)[number], value: number): string {
  return ROWS[name].kind === 'duration' ? `${value}ms` : String(value)
}

describe('the table of settings', () => {
  it.each([
    ['flags', (name: (typeof SETTING_NAMES)[number]) => ROWS[name].flag],
    ['variables', (name: (typeof SETTING_NAMES)[number]) => variableOf(ROWS[name])],
    ['paths', (name: (typeof SETTING_NAMES)[number]) => ROWS[name].path],
  ])('has no two rows with the same %s', (_what, of) => {
    const all = SETTING_NAMES.map(of)
    expect(all).toEqual([...new Set(all)])
  })

  it('names each limit once, in lower case with dashes', () => {
    const labels = SETTING_NAMES.map((name) => ROWS[name].limit).filter((label) => label !== undefined)
    expect(labels).toEqual([...new Set(labels)])
    for (const label of labels) expect(label).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
  })

  it.each(SETTING_NAMES)('%s has a default that it takes itself, and reads as it is shown', (name) => {
    const row = ROWS[name]
    if (row.default === undefined) return expect(new SettingsInForce(new Map()).of(name).shown).toBe('')
    expect(parseText(row, showValue(row, row.default))).toEqual(row.default)
  })

  describe.each(WAYS)('given by %s', (_way, give) => {
    it.each(NUMERIC)(
      '%s takes its smallest and its largest value, and refuses one below and one above',
      async (name) => {
        const { min, max } = ROWS[name] as { min: number; max: number }
        await expect(give(name, textOf(name, min))).resolves.toBe(min)
        await expect(give(name, textOf(name, max))).resolves.toBe(max)
        if (min > 0) await expect(give(name, textOf(name, min - 1))).rejects.toThrow('expected ')
        await expect(give(name, textOf(name, max + 1))).rejects.toThrow('expected ')
      },
    )
  })

  it.each(NUMERIC)('given by code, %s takes its range and nothing else', (name) => {
    const { min, max } = ROWS[name] as { min: number; max: number }
    const give = (value: unknown): unknown => new SettingsInForce(new Map()).withCode({ [name]: value }).values[name]
    expect([give(min), give(max)]).toEqual([min, max])
    for (const wrong of [min - 1, max + 1, NaN, Infinity, 'x', null, true])
      expect(() => give(wrong)).toThrow(SettingsError)
  })
})

describe('texts', () => {
  it.each([
    ['maxMessageBytes', '64KiB', 65_536],
    ['maxMessageBytes', '1 MB', 1_000_000],
    ['maxMessageBytes', '1.5MiB', 1_572_864],
    ['maxMessageBytes', '20', 20],
    ['pingIntervalMs', '10s', 10_000],
    ['pingIntervalMs', '1.5m', 90_000],
    ['pingIntervalMs', 'off', 0],
    ['pingIntervalMs', '0', 0],
    ['messagesPerSecond', '50/s', 50],
    ['bytesPerSecond', '128KiB/s', 131_072],
    ['maxMemoryBytes', '12.5%', '12.5%'],
    ['deflate', 'true', true],
    ['deflate', '0', false],
    ['allowedOrigins', 'https://a.test, https://b.test', ['https://a.test', 'https://b.test']],
  ] as const)('%s: %j is %j', (name, text, value) => {
    expect(parseText(ROWS[name], text)).toEqual(value)
  })

  it.each([
    ['maxMessageBytes', '64 kib'],
    ['maxMessageBytes', '0.3B'],
    ['maxMessageBytes', '-1'],
    ['maxMessageBytes', '1e3'],
    ['maxMessageBytes', ''],
    ['maxMessageBytes', '10s'],
    ['maxMessageBytes', '1constructor'],
    ['pingIntervalMs', '10'],
    ['pingIntervalMs', '10S'],
    ['pongTimeoutMs', 'off'],
    ['maxMemoryBytes', '0%'],
    ['maxMemoryBytes', '101%'],
    ['deflate', 'yes'],
    ['perspective', 'up'],
    ['host', ''],
  ] as const)('%s: %j is refused with what was expected', (name, text) => {
    expect(() => parseText(ROWS[name], text)).toThrow(/^expected /)
  })
})

describe('sources', () => {
  it('a flag holds before the environment, that before the file, that before code, that before the default', async () => {
    await using written = await fileWith('limits: { max-message: 3, max-headers: 33, max-json-depth: 13 }')
    const { file } = written
    const settings = await readSettings({
      flags: { maxMessageBytes: 1 },
      environment: { HYDRANT_MAX_MESSAGE: '2', HYDRANT_MAX_HEADERS: '22' },
      file,
      code: { maxMessageBytes: 4, maxHeaders: 44, maxJsonDepth: 14, maxFragments: 4 },
    })
    expect(settings.of('maxMessageBytes')).toMatchObject({
      value: 1,
      shown: '1B',
      source: 'flag',
      where: '--max-message',
    })
    expect(settings.of('maxHeaders')).toMatchObject({ value: 22, source: 'environment', where: 'HYDRANT_MAX_HEADERS' })
    expect(settings.of('maxJsonDepth')).toMatchObject({ value: 13, source: 'file', where: `${file}:1:60` })
    expect(settings.of('maxFragments')).toMatchObject({ value: 4, source: 'code', where: undefined })
    expect(settings.of('writeTimeoutMs')).toMatchObject({ value: 10_000, shown: '10s', source: 'default' })
    expect(settings.list().map(({ name }) => name)).toEqual(SETTING_NAMES)
  })

  it('everything that is wrong is told at once, with where it stands', async () => {
    await using written = await fileWith('limits:\n  max-message: 1d\n  max-mesage: 1\nlimit: {}\ntls:\n  - 1\n')
    const { file } = written
    const failed = await readSettings({ environment: { HYDRANT_PING_INTERVAL: '25' }, file }).catch((e: unknown) => e)
    expect(failed).toBeInstanceOf(SettingsError)
    expect((failed as SettingsError).problems).toEqual([
      `${file}:2:16: limits.max-message: expected a size from 1B to 1GiB, such as 64KiB, got "1d"`,
      `${file}:3:3: limits.max-mesage is no setting (did you mean "limits.max-message"?)`,
      `${file}:4:1: limit is no setting (did you mean "limits"?)`,
      `${file}:6:3: tls: expected settings, one a line`,
      'HYDRANT_PING_INTERVAL: expected a duration from 1ms to 1h, such as 10s or 500ms (0 or off: no limit), got "25"',
    ])
  })

  it('a file that is no YAML is refused with line and column', () => {
    expect(() => parseConfigFile('limits: [', 'h.yaml')).toThrow(/^h\.yaml:1:\d+: /)
    expect(() => parseConfigFile('- a', 'h.yaml')).toThrow('h.yaml:1:1: expected groups of settings, such as limits:')
    expect(() => parseConfigFile('limits: { max-message: 1, max-message: 2 }', 'h.yaml')).toThrow(/^h\.yaml:1:27: /)
  })

  it('an empty file, an empty group and an empty variable say nothing', async () => {
    expect(parseConfigFile('', 'h.yaml').size).toBe(0)
    expect(parseConfigFile('# nothing\nlimits:\n', 'h.yaml').size).toBe(0)
    expect((await readSettings({ environment: { HYDRANT_MAX_MESSAGE: '' } })).of('maxMessageBytes').source).toBe(
      'default',
    )
  })

  it('a variable that is nearly the name of a setting is told; others belong to somebody else', () => {
    const environment = { HYDRANT_MAX_MESAGE: '1', HYDRANT_MAX_MESSAGE: '1', HYDRANT_DEBUG: '1', OTHER: '1' }
    expect(unknownVariables(environment)).toEqual([
      'HYDRANT_MAX_MESAGE is no setting (did you mean "HYDRANT_MAX_MESSAGE"?)',
    ])
  })

  it('a part of the memory is bytes when it is in force', () => {
    const { values } = new SettingsInForce(new Map()).withCode({ maxMemoryBytes: '50%', maxOutboxTotalBytes: '25%' })
    expect(values.maxMemoryBytes).toBeGreaterThan(2 ** 20)
    expect(values.maxMemoryBytes / values.maxOutboxTotalBytes).toBeCloseTo(2, 5)
  })
})

describe('createHydrant', () => {
  it('takes limits from code, and the operator holds before it', async () => {
    const settings = await readSettings({ environment: { HYDRANT_MAX_MESSAGE: '1KiB' } })
    await using api = await serve({ settings, limits: { maxMessageBytes: 10, maxHeaders: 50 }, deflate: true })
    const inForce = api.hydrant.settings
    expect(inForce.of('maxMessageBytes')).toMatchObject({ value: 1024, source: 'environment' })
    expect(inForce.of('maxHeaders')).toMatchObject({ value: 50, source: 'code' })
    expect(inForce.of('deflate')).toMatchObject({ value: true, source: 'code' })
  })

  it('refuses limits that are not what was expected', async () => {
    await expect(serve({ limits: { maxMessageBytes: 0 } })).rejects.toThrow(
      'maxMessageBytes: expected a size from 1B to 1GiB, such as 64KiB, got 0',
    )
    await expect(serve({ limits: { maxMesageBytes: 10 } as object })).rejects.toThrow(
      'maxMesageBytes is no setting (did you mean "maxMessageBytes"?)',
    )
  })
})

async function fileWith(text: string): Promise<AsyncDisposable & { file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hydrant-settings-'))
  const file = join(folder, 'hydrant.yaml')
  await writeFile(file, text)
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
