import type { LogOptions } from '@hydrant/server'
import { prettyLine } from './pretty-log.ts'

/** Lines for people on a terminal, JSON for programs. Both go to standard error. */
export async function logFor(level: LogOptions['level'], format: 'auto' | 'json' | 'pretty'): Promise<LogOptions> {
  if (format === 'json' || (format === 'auto' && !process.stderr.isTTY)) return { level }
  const { default: pretty } = await import('pino-pretty')
  const destination = pretty({
    destination: 2,
    sync: true,
    colorize: process.stderr.isTTY,
    // Naming one takes the others away.
    customColors: 'debug:blue,info:green,warn:yellow,error:red,message:reset',
    translateTime: 'SYS:HH:MM:ss.l',
    // The line below has every field.
    hideObject: true,
    messageFormat: (line, _key, _level, { colors }) => prettyLine(line, { event: colors.cyan, name: colors.gray }),
  })
  return { level, destination }
}
