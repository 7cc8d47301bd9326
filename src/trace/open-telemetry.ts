// Traces with OpenTelemetry: a job's life is one trace, from the call that enqueues it through every attempt to
// perform it. The entrance 'resque-scheduler/opentelemetry'; nothing else imports the package @opentelemetry/api,
// which the application brings along with an SDK of its choice.
//
// After the semantic conventions for messaging: `publish <queue>` (producer) is the span of the call, and
// `process <queue>` (consumer) that of an attempt, its child and linked to it.

import {
  type Attributes,
  context,
  type Context as OtelContext,
  type Tracer as OtelTracer,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { DontPerform } from '../errors.ts'
import { ambient } from '../job/ambient.ts'
import { beginning, errorText } from '../job/failure.ts'
import type { JobContext } from '../job/job.ts'
import { type Publishing, setTracer, type Tracer } from '../job/tracer.ts'

export interface OpenTelemetryOptions {
  /** Default: the application's global one. */
  readonly tracerProvider?: TracerProvider
}

const system = 'resque'
const longestMessage = 1_000

function operation(type: 'send' | 'process', name: string, queue: string): Attributes {
  return {
    'messaging.system': system,
    'messaging.operation.type': type,
    'messaging.operation.name': name,
    'messaging.destination.name': queue,
  }
}

function failSpan(span: Span, thrown: unknown): void {
  const { name, message, backtrace } = errorText(thrown)
  const text = beginning(message, longestMessage)
  span.recordException({ name, message: text, stack: [`${name}: ${text}`, ...backtrace].join('\n    ') })
  span.setAttribute('error.type', name)
  span.setStatus({ code: SpanStatusCode.ERROR, message: text })
}

/** Runs it within the span, which ends with it. */
async function within<T>(span: Span, around: OtelContext, run: () => T | Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(around, span), run)
  } catch (error) {
    if (!DontPerform.is(error)) failSpan(span, error)
    throw error
  } finally {
    span.end()
  }
}

function idAttributes(ids: readonly (string | null)[]): Attributes {
  const [id] = ids
  return ids.length === 1 && id ? { 'messaging.message.id': id } : {}
}

function publishAttributes({ className, queue, count, dueSeconds }: Publishing): Attributes {
  return {
    ...operation('send', 'publish', queue),
    'resque.job.class': className,
    ...(count === 1 ? {} : { 'messaging.batch.message_count': count }),
    ...(dueSeconds === null ? {} : { 'resque.job.due_at': new Date(dueSeconds * 1000).toISOString() }),
  }
}

function processAttributes({ id, className, queue, attempt, recurring, parent }: JobContext): Attributes {
  return {
    ...operation('process', 'process', queue),
    'resque.job.class': className,
    'resque.job.attempt': attempt,
    ...idAttributes([id]),
    ...(parent === null ? {} : { 'resque.job.parent_id': parent }),
    ...(recurring === null
      ? {}
      : {
          'resque.recurring.name': recurring.name,
          'resque.recurring.planned_at': new Date(recurring.plannedMs).toISOString(),
        }),
  }
}

function carrierOf(around: OtelContext): Readonly<Record<string, string>> | undefined {
  const carrier: Record<string, string> = {}
  propagation.inject(around, carrier)
  return Object.keys(carrier).length === 0 ? undefined : carrier
}

/** Where a call belongs: to the active span; for a job in a process of its own, to the span of its attempt. */
function surroundings(): OtelContext {
  const active = context.active()
  if (trace.getSpan(active) !== undefined) return active
  return propagation.extract(active, ambient()?.carrier?.() ?? {})
}

class OpenTelemetry implements Tracer {
  readonly #tracer: () => OtelTracer

  constructor(provider: TracerProvider | undefined) {
    // An SDK may be set up later than this.
    this.#tracer = () => (provider ?? trace).getTracer('resque-scheduler')
  }

  carrier(): Readonly<Record<string, string>> | undefined {
    return carrierOf(context.active())
  }

  publish<T>(
    jobs: Publishing,
    enqueue: () => Promise<T>,
    idsOf: (told: T) => readonly (string | null)[],
  ): Promise<T> {
    const options = { kind: SpanKind.PRODUCER, attributes: publishAttributes(jobs) }
    const around = surroundings()
    const span = this.#tracer().startSpan(`publish ${jobs.queue}`, options, around)
    return within(span, around, async () => {
      const told = await enqueue()
      span.setAttributes(idAttributes(idsOf(told)))
      return told
    })
  }

  process(job: JobContext, perform: () => unknown): Promise<unknown> {
    // Not what happens to be active in the worker: the job belongs to whoever enqueued it.
    const around = propagation.extract(trace.deleteSpan(context.active()), job.trace ?? {})
    const creator = trace.getSpanContext(around)
    const span = this.#tracer().startSpan(
      `process ${job.queue}`,
      {
        kind: SpanKind.CONSUMER,
        attributes: processAttributes(job),
        links: creator === undefined ? [] : [{ context: creator }],
      },
      around,
    )
    // What the job enqueues is a child of this attempt, also where nobody follows it but by `this.job`.
    job.trace = carrierOf(trace.setSpan(around, span)) ?? job.trace
    return within(span, around, perform)
  }
}

/**
 * From now on all clients and workers of this process trace, with the application's OpenTelemetry SDK. The function
 * it returns ends that.
 */
export function openTelemetry({ tracerProvider }: OpenTelemetryOptions = {}): () => void {
  const mine = new OpenTelemetry(tracerProvider)
  setTracer(mine)
  return () => setTracer(undefined)
}
