import { CHANNEL_ROWS } from './channels.ts'
import { ECHO_ROWS } from './echo.ts'
import { FAN_OUT_ROWS } from './fan-out.ts'
import { LATENCY_ROWS } from './latency.ts'
import type { Row } from './row.ts'
import { STANDING_ROWS } from './standing.ts'

/** Every row, in the order of the page. */
export const ROWS: readonly Row[] = [...ECHO_ROWS, ...FAN_OUT_ROWS, ...CHANNEL_ROWS, ...LATENCY_ROWS, ...STANDING_ROWS]
