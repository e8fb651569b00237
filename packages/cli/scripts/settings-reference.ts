import { expectationOf, ROWS, type SettingGroup, SETTING_NAMES, showValue, variableOf } from '@hydrant/server/settings'

/** `docs/reference/settings.md`, from the table of settings. */
export function settingsReference(): string {
  const groups = [...new Set(SETTING_NAMES.map((name) => ROWS[name].group))]
  return `# Settings

Generated from the table in \`packages/server/src/settings/settings-table.ts\` by \`npm run reference -w hydrant\`; a test checks
that it is current.

Every setting can be given as a flag of \`hydrant serve\`, as an environment variable, in a configuration file, or in code. The
first of these that says something holds: **flag, environment, file, code, default**. \`createHydrant({ settings })\` takes what
\`await readSettings({ environment: process.env, file: 'hydrant.yaml' })\` gives; \`api.settings.list()\` is what holds, and where
each value came from.

The configuration file is YAML (or JSON), named by \`--config FILE\` or \`HYDRANT_CONFIG\`:

\`\`\`yaml
listen: { host: 0.0.0.0, port: 443, allow-origin: [https://app.example.com] }
tls: { cert: /etc/hydrant/cert.pem, key: /etc/hydrant/key.pem }
limits:
  max-message: 128KiB
  ping-interval: 20s
\`\`\`

Sizes are a number of bytes or have a unit (\`B\`, \`KiB\`, \`MiB\`, \`GiB\`; \`kB\`, \`MB\`, \`GB\` are powers of 1,000); durations always
have one (\`ms\`, \`s\`, \`m\`, \`h\`, \`d\`). Lists are separated by commas in flags and variables. In code sizes are bytes and durations
milliseconds. A name or value that cannot be used ends the start, with everything that is wrong: the flag, the variable, or the
file with line and column, and what was expected. A variable that is nearly a setting's is warned of.

${groups.map(section).join('\n')}`
}

const INTRODUCTIONS: Readonly<Partial<Record<SettingGroup, string>>> = {
  Limits:
    'In code: `createHydrant({ limits: { … } })`. *Counted as* is the name of a limit in metrics and logs.\n\nWith [`--workers`](../topics/workers.md) ' +
    'the connections of an address and of a client are counted in all workers together; a limit that says so is divided among them; ' +
    'the rates of a caller over HTTP, and the unfinished handshakes of one address, are those at each worker.',
  Insecure:
    'Each gives up a protection on purpose. They are said at every start, and shown with the settings in force.',
}

function section(group: SettingGroup): string {
  const names = SETTING_NAMES.filter((name) => ROWS[name].group === group)
  const introduction = INTRODUCTIONS[group] === undefined ? '' : `${INTRODUCTIONS[group]}\n\n`
  return `## ${group}\n\n${introduction}${names.map(entry).join('\n')}`
}

function entry(name: (typeof SETTING_NAMES)[number]): string {
  const setting = ROWS[name]
  const { flag, path, about, limit, source, divided } = setting
  const shown = showValue(setting, setting.default)
  const facts = [
    `Takes ${expectationOf(setting)}.`,
    `Default: ${shown === '' ? 'none' : `\`${shown}\``}.`,
    ...(divided === true ? ['Divided among the workers.'] : []),
    ...(limit === undefined ? [] : [`Counted as \`${limit}\`.`]),
    ...(source === undefined ? [] : [`Source: ${source}.`]),
  ]
  return `### ${name}

${about[0]!.toUpperCase()}${about.slice(1)}. ${facts.join(' ')}

\`--${flag}\` · \`${variableOf(setting)}\` · \`${path}\`
`
}
