import { spawnSync } from 'node:child_process'

/** Whether the program is there. Where it is not, prints why the test is skipped; under CI a skip is a failure, so the test runs. */
export function has(program: keyof typeof PROBES): boolean {
  const found = PROBES[program]()
  if (!found)
    console.warn(
      `skipped: ${program} is not installed (Debian package ${program === 'promtool' ? 'prometheus' : program})`,
    )
  return found || process.env['CI'] === 'true'
}

const PROBES = {
  curl: () => spawnSync('curl', ['--version']).status === 0,
  'python3-websockets': () => spawnSync('/usr/bin/python3', ['-c', 'import websockets']).status === 0,
  promtool: () => spawnSync('promtool', ['--version']).status === 0,
  'python3-prometheus-client': () => spawnSync('/usr/bin/python3', ['-c', 'import prometheus_client']).status === 0,
} as const
