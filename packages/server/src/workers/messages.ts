import type { Perspective } from '@hydrant/contract'
import type { DrainOptions } from '../hydrant.ts'
import type { AuthSettings } from '../guard/schemes/settings.ts'
import type { SettingName } from '../settings/setting.ts'
import type { SourcedValue } from '../settings/settings-in-force.ts'

// What the primary says to its workers, as JSON.

/** A contract as it goes to another process: the text, or the parsed document. */
export interface SentContract {
  readonly source: string | object
  readonly perspective: Perspective
  readonly auth: AuthSettings
}

/** The files of a TLS listener, in PEM. */
export interface SentTls {
  readonly cert: string
  readonly key: string
  readonly clientCa?: string | undefined
}

/** The call `start`: everything that a worker needs to serve. Answered with a {@link Started}. */
export interface StartCall extends SentContract {
  /** 1 to the number of workers; a worker that takes another one's place has its number. */
  readonly number: number
  readonly host: string
  readonly port: number
  readonly tls?: SentTls | undefined
  readonly settings: readonly (readonly [SettingName, SourcedValue])[]
  readonly ids: { readonly first: number; readonly step: number }
  /** Who was withdrawn, and when, in milliseconds since the Unix epoch. */
  readonly withdrawn: readonly (readonly [principalId: string, sinceMs: number])[]
}

/** The worker takes connections, or why it cannot: the system's error. */
export type Started = { readonly url: string } | { readonly failed: string; readonly code: string | undefined }

/** The call `revoke`, answered with the number of connections that were cut. */
export type RevokeCall = readonly [principalId: string, reason: string]

/** The note `drain`; the note `drained` tells that every client was told to go. */
export type DrainNote = DrainOptions
