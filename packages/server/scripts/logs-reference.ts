import { EVENTS } from '../src/observe/logs/events.ts'

/** `docs/reference/logs.md`, from the table of events. */
export function logsReference(): string {
  const rows = Object.entries(EVENTS).map(([name, { level, about, fields }]) => {
    return `| \`${name}\` | ${level} | ${about} | ${fields.map((field) => `\`${field}\``).join(', ') || 'none'} |`
  })
  return `# Logs

Written from the table in \`packages/server/src/observe/logs/events.ts\`: \`npm run reference -w @hydrant/server\`.

One line for each event that matters: a JSON object with \`level\`, \`time\` (ISO 8601), \`event\`, the fields of the event, and \`msg\`, which says the
event in words. Names of events and fields are stable: match on them. \`createHydrant({ log: {} })\` switches it on; \`log.level\` is the least level that is
written (default \`info\`), \`log.destination\` takes the lines (default standard error). \`log.destination\` is any stream of pino's.

| event | level | when | fields |
| --- | --- | --- | --- |
${rows.join('\n')}

- \`connection\` is the id that quarantine and the admin API have for a connection, \`request\` the \`X-Request-Id\` of an HTTP request: its own, or the one in the answer to it.
- A flood is bounded: at most 20 lines of one event in a second, then one \`suppressed\` with the number of those that were left out.
- Queries and headers are never written. What looks like a credential in any other text is replaced by \`[redacted]\`.
- Text from outside is one line of at most 500 characters: control characters, line separators and characters that turn text around are written as \`\\u000a\`.
`
}
