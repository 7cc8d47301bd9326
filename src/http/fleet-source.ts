// The pages about all worker processes of one master: each is asked, and what they count is added up.

import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client'
import type { HealthCheck } from './checks.ts'
import { workerPrefix } from './metrics/worker-metrics.ts'
import type { PageSource } from './page-source.ts'
import type { MetricRecord, WorkerReport } from './worker-report.ts'

/** A master, for who serves pages about it. */
export interface FleetView {
  /** How many processes it keeps, how many run, and how often one ended that nobody had told to. */
  readonly wanted: number
  readonly running: number
  readonly deaths: number
  /** Of each process that runs. */
  ask(): Promise<readonly Answer[]>
}

/** What a process says of itself. */
export interface Answer {
  readonly pid: number
  /** It takes no jobs yet, and is not asked. */
  readonly isStarting: boolean
  /** false: it has not answered in time; a job may be holding it up. */
  readonly hasAnswered: boolean
  /** What it said last, now or earlier. */
  readonly last: WorkerReport | null
}

/** A sum would fall when a process ends: what the ended ones have counted stays in it. */
const lasting: ReadonlySet<string> = new Set(['counter', 'histogram'])

type ChecksOf = (report: WorkerReport) => readonly HealthCheck[]

/** Why it is not well; null when it is. */
function trouble({ pid, isStarting, hasAnswered, last }: Answer, checksOf: ChecksOf): string | null {
  if (isStarting) return `process ${pid} is starting`
  if (!hasAnswered || last === null) return `process ${pid} does not answer`
  const reasons = checksOf(last).filter(({ ok }) => !ok)
  return reasons.length === 0 ? null : `process ${pid}: ${reasons.map(({ why }) => why).join('; ')}`
}

export class FleetSource implements PageSource {
  readonly role = 'worker'
  readonly #fleet: FleetView
  readonly #own: Registry = new Registry()
  #departed: readonly MetricRecord[] = []

  constructor(fleet: FleetView) {
    this.#fleet = fleet
    const gauge = (name: string, help: string, value: () => number): void => {
      const collect = function (this: Gauge<never>): void {
        this.set(value())
      }
      new Gauge({ name: workerPrefix + name, help, registers: [this.#own], collect })
    }
    gauge('processes', 'Worker processes that run', () => fleet.running)
    gauge('processes_wanted', 'Worker processes that the master keeps', () => fleet.wanted)
    const collect = function (this: Counter<never>): void {
      this.reset()
      this.inc(fleet.deaths)
    }
    const help = 'Times that a worker process ended that nobody had told to'
    new Counter({ name: `${workerPrefix}processes_died_total`, help, registers: [this.#own], collect })
  }

  /** Keeps what a process has counted that has ended. */
  depart({ metrics }: WorkerReport): void {
    const kept = metrics.filter(({ type }) => lasting.has(String(type)))
    this.#departed = this.#departed.length === 0 ? kept : this.#sum([this.#departed, kept])
  }

  #sum(parts: readonly (readonly MetricRecord[])[]): MetricRecord[] {
    const registry = AggregatorRegistry.aggregate(parts.map((part) => [...part]))
    return registry.getMetricsAsArray().map((metric) => (metric as unknown as { get(): MetricRecord }).get())
  }

  /** One that is starting does what it is for. */
  async alive(): Promise<HealthCheck[]> {
    const answers = (await this.#fleet.ask()).map((answer) => ({ ...answer, isStarting: false }))
    const begun = answers.filter(({ last }) => last !== null)
    const loop: HealthCheck = { name: 'loop', ok: true, why: 'no process has begun yet' }
    return [
      this.#processes(),
      begun.length === 0 ? loop : this.#most('loop', begun, (one) => one.alive, 'go on'),
    ]
  }

  async ready(): Promise<HealthCheck[]> {
    const answers = await this.#fleet.ask()
    return [this.#processes(), this.#most('registered', answers, (one) => one.ready, 'take jobs')]
  }

  #processes(): HealthCheck {
    const { running, wanted } = this.#fleet
    return { name: 'processes', ok: running > 0, why: `${running} of ${wanted} worker processes run` }
  }

  /** Well as long as one of them is: to start all anew would be no cure for one. */
  #most(
    name: 'loop' | 'registered',
    answers: readonly Answer[],
    checksOf: ChecksOf,
    what: string,
  ): HealthCheck {
    const troubles = answers.map((answer) => trouble(answer, checksOf)).filter((one) => one !== null)
    const well = answers.length - troubles.length
    return { name, ok: well > 0, why: [`${well} of ${answers.length} ${what}`, ...troubles].join('; ') }
  }

  /** One that does not answer counts with what it said last: a sum that falls would look like a new beginning. */
  async metrics(): Promise<string> {
    const answers = await this.#fleet.ask()
    const parts = [...answers.map(({ last }) => last?.metrics ?? []), this.#departed]
    const all = AggregatorRegistry.aggregate(parts.map((part) => [...part]))
    return (await all.metrics()) + (await this.#own.metrics())
  }

  close(): void {
    this.#own.clear()
  }
}
