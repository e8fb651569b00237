import {
  type Attributes,
  context,
  type Context,
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { MaybePromise } from '../../broker/broker.ts'
import { toHydrantError } from '../../errors.ts'

/** A span that has begun, and the context of what happens in it. */
export class OpenSpan {
  /** For what belongs to it, and for the application's code. */
  readonly context: Context
  readonly #tracer: Tracer
  readonly #span: Span

  constructor(tracer: Tracer, name: string, options: SpanOptions, parent: Context) {
    this.#tracer = tracer
    this.#span = tracer.startSpan(name, options, parent)
    this.context = trace.setSpan(parent, this.#span)
  }

  /** False when the sampler has decided against it: then nothing more need be done for it. */
  get isRecording(): boolean {
    return this.#span.isRecording()
  }

  get span(): Span {
    return this.#span
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes)
  }

  /** Runs with this as the active span. */
  run<T>(run: () => T): T {
    return context.with(this.context, run)
  }

  /** Runs one step of what happens in it, as a span of its own; without one when nothing is recorded. */
  step<T>(name: string, attributes: Attributes, run: () => MaybePromise<T>): MaybePromise<T> {
    if (!this.isRecording) return run()
    const step = new OpenSpan(this.#tracer, name, { attributes }, this.context)
    return step.during(run)
  }

  /** Runs what it is about, and ends with it. `done` hears the result before the end. */
  during<T>(run: () => MaybePromise<T>, done?: (result: T) => void): MaybePromise<T> {
    try {
      const result = run()
      if (result instanceof Promise) return this.#settled(result, done)
      done?.(result)
      this.end()
      return result
    } catch (error) {
      this.fail(error)
      throw error
    }
  }

  async #settled<T>(promise: Promise<T>, done: ((result: T) => void) | undefined): Promise<T> {
    try {
      const result = await promise
      done?.(result)
      this.end()
      return result
    } catch (error) {
      this.fail(error)
      throw error
    }
  }

  /** Ends with the code of an error. Its text is not told: it may quote what somebody sent. */
  fail(error: unknown): void {
    this.#span.setAttribute('error.type', toHydrantError(error).code)
    this.#span.setStatus({ code: SpanStatusCode.ERROR })
    this.end()
  }

  end(): void {
    this.#span.end()
  }
}
