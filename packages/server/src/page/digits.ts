/** A whole number with commas from 10,000 on: read at a glance, not counted. Without `Intl`, whose start costs 20 ms. */
export function digits(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) < 10_000 || Math.abs(value) >= 1e15) return String(value)
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}
