// OpenTelemetry's own SDK, keeping spans in memory, for tests that look at them.

import { context, propagation } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { onTestFinished } from 'vitest'
import { openTelemetry } from '../../src/trace/open-telemetry.ts'

export interface Tracing {
  readonly provider: BasicTracerProvider
  /** The spans that have ended, oldest first. */
  spans(): readonly ReadableSpan[]
  /** The spans of one name that have ended. */
  named(name: string): readonly ReadableSpan[]
}

/** Traces everything in this process until the test ends. */
export function tracing(): Tracing {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const manager = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(manager)
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  const off = openTelemetry({ tracerProvider: provider })
  onTestFinished(async () => {
    off()
    await provider.shutdown()
    context.disable()
    propagation.disable()
  })
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans()
  return { provider, spans, named: (name) => spans().filter((span) => span.name === name) }
}

export function traceIdOf(span: ReadableSpan | undefined): string | undefined {
  return span?.spanContext().traceId
}

/** The id of a span, and of the one it is a child of. */
export function spanIdOf(span: ReadableSpan | undefined): string | undefined {
  return span?.spanContext().spanId
}
