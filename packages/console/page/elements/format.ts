const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const dash = '–'

/** `12,345`; a dash for what is not known. */
export function count(value: number | null | undefined): string {
  return value === undefined || value === null ? dash : whole.format(value)
}

/** `12.3K`: for places with little room. */
export function compact(value: number | null | undefined): string {
  return value === undefined || value === null ? dash : short.format(value)
}

/** A rate: `0`, `0.25`, `4.2`, `1,230`. */
export function rate(value: number | null | undefined): string {
  if (value === undefined || value === null) return dash
  if (value === 0) return '0'
  if (value < 1) return value.toFixed(2)
  return value < 100 ? value.toFixed(1) : whole.format(value)
}

/** `512 B`, `1.5 KiB`, `3.2 MiB`. */
export function bytes(value: number | null | undefined): string {
  if (value === undefined || value === null) return dash
  let size = value
  let unit = 0
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return `${unit === 0 || size >= 100 ? whole.format(size) : size.toFixed(1)} ${UNITS[unit]}`
}
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** A share of 1: `100%`, `45.1%`, `6%`, `0.02%`, `99.95%`; never rounded to all or nothing. */
export function percent(value: number | null | undefined): string {
  if (value === undefined || value === null || Number.isNaN(value)) return dash
  if (value > 0.9999 && value < 1) return '>99.99%'
  if (value > 0 && value < 0.0001) return '<0.01%'
  const digits = value >= 0.01 && value <= 0.99 ? 1 : 2
  const text = (value * 100).toFixed(digits).replace(/\.?0+$/, '')
  return `${text}%`
}

/** Milliseconds: `0.12 ms`, `3.4 ms`, `250 ms`, `1.2 s`. */
export function millis(value: number | null | undefined): string {
  if (value === undefined || value === null) return dash
  if (value >= 10_000) return duration(value)
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`
  if (value === 0) return '0 ms'
  return `${value >= 100 ? whole.format(value) : value.toFixed(value < 1 ? 2 : 1)} ms`
}

/** A span, coarse: `12 s`, `4 min`, `3 h 20 min`, `5 d 2 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === undefined || ms === null) return dash
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `14:03:09`, on this machine's clock; with the day when it is not today, and the year when it is another. */
export function clock(value: number | string | null | undefined, options: { readonly millis?: boolean } = {}): string {
  if (value === undefined || value === null) return dash
  const date = new Date(value)
  if (Number.isNaN(date.getTime())) return dash
  const pad = (part: number, length = 2): string => String(part).padStart(length, '0')
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
  const exact = options.millis === true ? `${time}.${pad(date.getMilliseconds(), 3)}` : time
  if (date.toDateString() === new Date().toDateString()) return exact
  const day = `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`
  return date.getFullYear() === new Date().getFullYear() ? `${day} ${exact}` : `${date.getFullYear()}-${day} ${exact}`
}

/** `now`, `12 s ago`, `3 h 20 min ago`. */
export function ago(value: number | string | null | undefined, now: number): string {
  if (value === undefined || value === null) return dash
  const ms = now - new Date(value).getTime()
  if (Number.isNaN(ms)) return dash
  return ms < 2_000 ? 'now' : `${duration(ms)} ago`
}

/** `1 message`, `2 messages`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
