import { createRequire } from 'node:module'

/** Loads one of the packages in `bench/npm`, which are installed apart from the project. */
export function npmPeer(name: string): unknown {
  return createRequire(new URL('../npm/package.json', import.meta.url))(name)
}
