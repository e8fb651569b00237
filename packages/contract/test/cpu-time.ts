/** Milliseconds that this process has worked. Limits on effort are held against it: what else the machine does is no fault of the code. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
