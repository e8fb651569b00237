/** Rule 7.1: announces, changes, leaves (`null`), or only asks (absent). */
export interface PresenceRequest {
  readonly op: 'presence'
  readonly id: number
  readonly channel: string
  readonly data?: unknown
}

/** Somebody who is present. */
export interface PresenceMember {
  readonly session: string
  readonly data: unknown
}

export interface PresenceResult {
  readonly members: readonly PresenceMember[]
}
