import type { PresenceMember } from '../operations/presence.ts'

/** Rule 7.2: who came, changed, and left since the last one. */
export interface PresencePush {
  readonly push: 'presence'
  readonly channel: string
  readonly joined: readonly PresenceMember[]
  readonly left: readonly string[]
}
