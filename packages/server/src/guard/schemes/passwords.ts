import { createHmac, randomBytes } from 'node:crypto'
import { HydrantError } from '../../errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Authenticator } from '../guard.ts'
import type { Principal } from '../principal.ts'
import { type Carrier, partsOf } from './carrier.ts'
import { configured } from './keys.ts'
import { hashPassword, isPassword } from './secrets.ts'
import type { UserSettings } from './settings.ts'

/** Checks that run at once, and that may wait: each costs some 100 ms of a processor and 32 MiB. */
const MAX_RUNNING = 4
const MAX_WAITING = 64
/** A password that was right is not derived again for so long. */
const REMEMBER_MS = 60_000
const MAX_REMEMBERED = 1_000

/** Names and passwords (RFC 7617). A name that is not known takes as long as a wrong password. */
export function passwordAuthenticator(
  scheme: string,
  carrier: Carrier,
  settings: readonly UserSettings[],
  clock: Clock,
): Authenticator {
  const users = new Map(settings.map((user) => [user.id, { hash: user.hash, principal: configured(scheme, user) }]))
  const nobody = hashPassword(randomBytes(16).toString('hex'))
  const checks = new PasswordChecks(clock)
  return {
    scheme,
    carrier,
    async authenticate(caller) {
      const credentials = carrier.credentialOf(caller)
      if (credentials === undefined) return undefined
      const [name = '', password = ''] = partsOf(credentials)
      const user = users.get(name)
      const isRight = await checks.check(credentials, password, user?.hash ?? (await nobody))
      if (!isRight || user === undefined) {
        throw new HydrantError('unauthenticated', 'the name or the password is not right')
      }
      return user.principal
    },
    renewed: ({ id }): Principal | undefined =>
      [...users.values()].find(({ principal }) => principal.id === id)?.principal,
  }
}

/** Bounds what deriving costs, and spares it where a password was right a moment ago. */
class PasswordChecks {
  readonly #clock: Clock
  readonly #secret = randomBytes(32)
  readonly #right = new Map<string, number>()
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async check(credentials: string, password: string, hash: string): Promise<boolean> {
    const name = createHmac('sha256', this.#secret).update(`${hash.length}:${hash}${credentials}`).digest('base64')
    const rightUntil = this.#right.get(name)
    if (rightUntil !== undefined && rightUntil > this.#clock.monotonicMs()) return true
    await this.#turn()
    try {
      const isRight = await isPassword(password, hash)
      if (isRight) this.#remember(name)
      return isRight
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= MAX_RUNNING) {
      if (this.#waiting.length >= MAX_WAITING) {
        throw new HydrantError('unavailable', 'too many passwords are being checked', {
          headers: { 'Retry-After': '1' },
        })
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#running++
  }

  #remember(name: string): void {
    this.#right.delete(name)
    this.#right.set(name, this.#clock.monotonicMs() + REMEMBER_MS)
    const [oldest] = this.#right.keys()
    if (this.#right.size > MAX_REMEMBERED && oldest !== undefined) this.#right.delete(oldest)
  }
}
