// The entry "@hydrant/server/workers": what `hydrant serve --workers` is made of.
export { Primary, type PrimaryOptions, type WorkerEvent } from './primary.ts'
export type { Exit, Fork, WorkerProcess } from './seat.ts'
export { type Equipment, serveAsWorker, type WorkerEnding, type WorkerOptions } from './worker.ts'
export { StreamLink } from './link/stream-link.ts'
export type { Link, LinkListener } from './link/link.ts'
export type { SentTls } from './messages.ts'
