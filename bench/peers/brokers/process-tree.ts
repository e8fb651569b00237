import { readdirSync, readFileSync } from 'node:fs'
import type { CpuTime, Measured } from '../line-protocol.ts'

/** CPU time and memory of a process and its children, from Linux's /proc. */
export function processTree(pid: number): Measured {
  return {
    cpuTime: () => sum(family(pid).map(cpuTimeOf)),
    memory: () => ({ rssBytes: family(pid).reduce((bytes, each) => bytes + residentBytes(each), 0) }),
  }
}

function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(family)]
}

/** The scheduler counts in nanoseconds, but only `stat`, in ticks, tells the kernel's part from the program's. */
function cpuTimeOf(pid: number): CpuTime {
  const nanoseconds = readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((all, each) => all + each, 0)
  // The name, in parentheses, may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  const kernelShare = user + system === 0 ? 0 : system / (user + system)
  const micros = nanoseconds / 1000
  return { userMicros: micros * (1 - kernelShare), systemMicros: micros * kernelShare }
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes ?? 0) * 1024
}

function sum(times: readonly CpuTime[]): CpuTime {
  return {
    userMicros: times.reduce((all, { userMicros }) => all + userMicros, 0),
    systemMicros: times.reduce((all, { systemMicros }) => all + systemMicros, 0),
  }
}
