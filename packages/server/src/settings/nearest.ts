/** ` (did you mean "max-message"?)` for a name that is nearly one of these; empty for others. */
export function nearest(name: string, known: readonly string[]): string {
  let best: string | undefined
  // A third of the letters may be wrong; past that a suggestion is a guess.
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best === undefined ? '' : ` (did you mean ${JSON.stringify(best)}?)`
}

/** How many letters have to be added, left out or changed (Levenshtein). Names are short: longer ones are cut. */
function editDistance(a: string, b: string): number {
  const [from, to] = [a.slice(0, 64), b.slice(0, 64)]
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i)
  for (let i = 1; i <= from.length; i++) {
    const current = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = previous[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      current.push(Math.min(change, previous[j]! + 1, current[j - 1]! + 1))
    }
    previous = current
  }
  return previous.at(-1)!
}
