/** What colours parts of a line; each leaves the text as it is where there are no colours. */
export interface LineColours {
  readonly event: (text: string) => string
  readonly name: (text: string) => string
}

/** Said by the level and the time that stand before the line, or by the event itself. */
const SAID: ReadonlySet<string> = new Set(['level', 'time', 'event', 'msg'])

/**
 * One event of the log for people: its name, and its fields as `name=value` in the order in which they came. Texts with blanks are quoted; each frame of
 * a stack has a line of its own.
 */
export function prettyLine(log: Readonly<Record<string, unknown>>, { event, name }: LineColours): string {
  const fields: string[] = []
  const frames: string[] = []
  for (const [key, value] of Object.entries(log)) {
    if (SAID.has(key)) continue
    if (Array.isArray(value)) frames.push(...value.map(String))
    else fields.push(`${name(`${key}=`)}${shown(value)}`)
  }
  const line = [event(String(log['event'])), ...fields].join(' ')
  return [line, ...frames.map((frame) => `    ${frame}`)].join('\n')
}

function shown(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)
}
