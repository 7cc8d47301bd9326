// The instruments of one daemon under its prefix, and what feeds them: the events it tells.

import { type Aggregator, Counter, Gauge, Registry } from 'prom-client'
import type { Events } from '../../events.ts'
import type { EventSource } from '../../log.ts'

export class Instruments {
  readonly register: Registry = new Registry()
  readonly #prefix: string
  readonly #source: EventSource
  readonly #off: (() => void)[] = []

  constructor(prefix: string, source: EventSource) {
    this.#prefix = prefix
    this.#source = source
  }

  /** Stops listening. */
  close(): void {
    for (const off of this.#off) off()
  }

  /** Listens to an event until `close`. */
  on: EventSource['on'] = (name, listener) => {
    const off = this.#source.on(name, listener)
    this.#off.push(off)
    return off
  }

  counter(name: string, help: string): Counter<never> {
    return new Counter({ name: this.#prefix + name, help, registers: [this.register] })
  }

  /** A gauge that is asked when the page is. @param aggregator how those of several processes become one */
  gauge(name: string, help: string, value: () => number, aggregator: Aggregator = 'sum'): void {
    const collect = function (this: Gauge<never>): void {
      this.set(value())
    }
    new Gauge({ name: this.#prefix + name, help, registers: [this.register], collect, aggregator })
  }

  /** What every daemon tells of Redis, and of workers that died. */
  feedTrouble(): void {
    const errors = this.counter(
      'redis_errors_total',
      'Times that Redis began to fail; told once until it answers',
    )
    const recoveries = this.counter('redis_recoveries_total', 'Times that Redis answered again')
    const orphans = this.counter('orphaned_jobs_total', 'Jobs of dead workers that were put back or failed')
    this.on('trouble', () => errors.inc())
    this.on('recovered', () => recoveries.inc())
    this.on('orphans', ({ requeued, failed }: Events['orphans']) => orphans.inc(requeued + failed))
  }
}
