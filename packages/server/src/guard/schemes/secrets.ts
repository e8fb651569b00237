import { createHash, randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto'

/** A new key: 256 random bits, in letters that need no escaping in a header or URL. */
export function newKey(): string {
  return randomBytes(32).toString('base64url')
}

/** What the configuration holds of a key. Keys are random and long, so one round is enough. */
export function hashKey(key: string): string {
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** What the configuration holds of a password: it is guessable, so finding it out has to cost something: 32 MiB and some 100 ms of a processor. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const derived = await derive(password, salt, { N: COST, r: 8, p: 1 })
  return `scrypt:${COST}:8:1:${salt.toString('base64url')}:${derived.toString('base64url')}`
}

/** Whether this is the password. Takes as long for a wrong one. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, cost, blockSize, parallelization, salt = '', expected = ''] = hash.split(':')
  const options = { N: Number(cost), r: Number(blockSize), p: Number(parallelization) }
  const derived = await derive(password, Buffer.from(salt, 'base64url'), options)
  return isSame(derived, Buffer.from(expected, 'base64url'))
}

/** Compares in constant time; lengths are no secret. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}

const COST = 2 ** 15
const DERIVED_BYTES = 32
const MAX_MEMORY_BYTES = 128 * 1024 * 1024

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, DERIVED_BYTES, { ...options, maxmem: MAX_MEMORY_BYTES }, (error, derived) => {
      if (error === null) resolve(derived)
      else reject(error)
    })
  })
}
