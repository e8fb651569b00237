/** Rule 8.4. */
export interface AuthenticateRequest {
  readonly op: 'authenticate'
  readonly id: number
  readonly token: string
}

export type AuthenticateResult = Readonly<Record<string, never>>
