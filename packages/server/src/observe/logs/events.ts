export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One row of {@link EVENTS}. */
export interface LogEvent {
  readonly level: LogLevel
  /** One sentence: when the line is written. */
  readonly about: string
  /** What the line carries besides `time`, `level`, `event` and `msg`. */
  readonly fields: readonly string[]
}

/** Names of the events. */
export type LogEventName =
  | 'listening'
  | 'draining'
  | 'stopped'
  | 'connection-opened'
  | 'connection-closed'
  | 'request-refused'
  | 'request-answered'
  | 'message-refused'
  | 'limit-hit'
  | 'insecure-setting'
  | 'worker-serving'
  | 'worker-lost'
  | 'admin-change'
  | 'fault'
  | 'suppressed'

/** Every event that has a log line. Names are stable: programs match on them. `docs/reference/logs.md` is written from it. */
export const EVENTS: Readonly<Record<LogEventName, LogEvent>> = {
  listening: { level: 'info', about: 'The server takes connections.', fields: ['url'] },
  draining: { level: 'info', about: 'Clients are told to go before a redeploy.', fields: ['waitMs', 'spreadMs'] },
  stopped: { level: 'info', about: 'The server has closed.', fields: [] },
  'connection-opened': {
    level: 'info',
    about: 'A WebSocket, event stream or long poll is open.',
    fields: ['connection', 'door', 'remote', 'principal'],
  },
  'connection-closed': {
    level: 'info',
    about: 'It is over.',
    fields: ['connection', 'door', 'remote', 'principal', 'ending', 'durationMs', 'bytesIn', 'bytesOut', 'messagesIn'],
  },
  'request-refused': {
    level: 'info',
    about: 'An HTTP request or an upgrade was answered with an error. `path` has no query.',
    fields: ['request', 'door', 'remote', 'method', 'path', 'code', 'status', 'detail'],
  },
  'request-answered': {
    level: 'debug',
    about: 'An HTTP request was answered, or its event stream is over. `path` has no query.',
    fields: ['request', 'door', 'remote', 'method', 'path', 'status', 'durationMs'],
  },
  'message-refused': {
    level: 'info',
    about: 'A message did not pass the contract; the quarantine has it.',
    fields: ['door', 'connection', 'remote', 'principal', 'channel', 'code', 'message', 'detail'],
  },
  'limit-hit': { level: 'warn', about: 'A limit was hit.', fields: ['limit'] },
  'insecure-setting': {
    level: 'warn',
    about: 'A setting is in force that is only safe on a laptop.',
    fields: ['setting'],
  },
  'worker-serving': { level: 'info', about: 'A worker process takes connections.', fields: ['worker', 'pid'] },
  'worker-lost': {
    level: 'error',
    about: 'A worker process has ended without having been told to. Another one takes its place after `retryMs`.',
    fields: ['worker', 'code', 'signal', 'retryMs'],
  },
  'admin-change': {
    level: 'warn',
    about: 'An operator changed something through the admin listener, or was refused to.',
    fields: ['actor', 'remote', 'action', 'target', 'reason', 'status'],
  },
  fault: {
    level: 'error',
    about: 'The server, a handler or the broker failed. Peers are told `internal` and nothing else.',
    fields: ['type', 'detail', 'code', 'stack'],
  },
  suppressed: {
    level: 'warn',
    about: 'An event came more often than it is written: so many of its lines were left out in the last second.',
    fields: ['of', 'count'],
  },
}
