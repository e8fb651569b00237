import type { Ending, WireErrorCode } from '@hydrant/wire'
import type { LimitLabel } from '../settings/setting.ts'

/** The limit that the engine kept when it ended a connection, if that was why. */
export function limitOf(ending: Ending): LimitLabel | undefined {
  return 'error' in ending && ending.kind !== 'transport-lost' ? LIMIT_OF[ending.error.code] : undefined
}

const LIMIT_OF: Readonly<Partial<Record<WireErrorCode, LimitLabel>>> = {
  'message-too-big': 'message-size',
  'too-many-fragments': 'fragments',
  'slow-message': 'assembly-timeout',
  'too-many-control-frames': 'control-rate',
  'no-pong': 'pong-timeout',
  'no-close': 'close-timeout',
}
