/** Rule 5. */
export interface UnsubscribeRequest {
  readonly op: 'unsubscribe'
  readonly id: number
  readonly channels: readonly string[]
}

export type UnsubscribeResult = Readonly<Record<string, never>>
