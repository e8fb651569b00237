import { CLIENT_ROWS } from './client.ts'
import { CROWD_ROWS } from './crowds.ts'
import { DOOR_ROWS } from './doors.ts'
import { DISCLOSURE_ROWS } from './disclosure.ts'
import { EXHAUSTION_ROWS } from './exhaustion.ts'
import { FRAME_ROWS } from './frames.ts'
import { HANDSHAKE_ROWS } from './handshake.ts'
import { IDENTITY_ROWS } from './identity.ts'
import { ORIGIN_ROWS } from './origins.ts'
import { PERMISSION_ROWS } from './permissions.ts'
import { READER_ROWS } from './readers.ts'
import type { Row } from './row.ts'
import { THOUSAND_ROW } from './thousand.ts'
import { TLS_ROWS } from './tls.ts'

export const FAMILIES = [
  { letter: 'A', title: 'connection and handshake' },
  { letter: 'B', title: 'frames' },
  { letter: 'C', title: 'exhaustion' },
  { letter: 'D', title: 'who may do what' },
  { letter: 'K', title: 'clients of a hostile server' },
  { letter: 'M', title: 'memory' },
] as const

/** Every row, in the order of its number. */
export const ROWS: readonly Row[] = [
  ...HANDSHAKE_ROWS,
  ...FRAME_ROWS,
  ...EXHAUSTION_ROWS,
  ...READER_ROWS,
  ...DOOR_ROWS,
  ...CROWD_ROWS,
  THOUSAND_ROW,
  ...ORIGIN_ROWS,
  ...IDENTITY_ROWS,
  ...PERMISSION_ROWS,
  ...DISCLOSURE_ROWS,
  ...CLIENT_ROWS,
  ...TLS_ROWS,
].toSorted((a, b) => a.id.localeCompare(b.id))
