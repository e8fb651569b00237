import { onOneLine, parseJson, printJson } from '../json-text.ts'
import type { DoorEvent } from './event.ts'
import { gapFrom, gapType } from './event.ts'
import { problemFrom } from './problem.ts'

/** What a text from a live door with `?envelope=true` means: a message, a gap or a problem. */
export function eventFromEnvelope(text: string): DoorEvent {
  const frame = objectFrom(text)
  if (frame === undefined) return unexpected(text)
  const { type, position, time, name, encoding, data } = frame
  if (type === gapType) return { kind: 'gap', gap: gapFrom(frame) }
  if (typeof position !== 'string') {
    const problem = problemFrom(text)
    return problem ? { kind: 'problem', problem } : unexpected(text)
  }
  return {
    kind: 'message',
    message: {
      position,
      ...(typeof time === 'string' && { time }),
      ...(typeof name === 'string' && { name }),
      dataJson: onOneLine(printJson(data ?? null)),
      ...(encoding === 'base64' && { encoding }),
    },
  }
}

function objectFrom(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function unexpected(text: string): DoorEvent {
  const detail = `something that no Hydrant door sends: ${text.slice(0, 80)}`
  return { kind: 'problem', problem: { type: '', status: 0, title: detail, code: 'not-hydrant' } }
}
