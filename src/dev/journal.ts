// What happens to jobs, told line by line. Scheduler and worker tell most of it by events; a job that has moved
// on since the last word of it must have passed the states between, and those are told as well.

import type { Clock } from '../clock.ts'
import type { Events, JobEvent } from '../events.ts'
import { errorText } from '../job/failure.ts'
import { isFinal, type JobState } from '../job/state.ts'
import { durationText, jobText, type Paper, secondsTime, type Word, writeLine } from './paper.ts'

/** A job that the journal knows. */
export interface Known {
  readonly id: string
  readonly class: string
  args: readonly unknown[] | null
  readonly queue: string
  state: JobState
  dueMs: number | null
}

export type Counts = Readonly<Record<'complete' | 'failed' | 'cancelled', number>>

/** Older jobs than the last so many are forgotten. */
const mostKnown = 1_000

export class Journal {
  readonly #paper: Paper
  readonly #clock: Clock
  readonly #known = new Map<string, Known>()
  readonly #ends = new Map<string, { complete: number; failed: number; cancelled: number }>()
  /** What came while a job of ours was being enqueued: its own line comes first. */
  #held: (() => void)[] | undefined

  constructor(paper: Paper, clock: Clock) {
    this.#paper = paper
    this.#clock = clock
  }

  /** How often jobs of each name have ended in which state. */
  get ends(): ReadonlyMap<string, Counts> {
    return this.#ends
  }

  /** Jobs that wait, delayed or in a queue. */
  get pending(): readonly Known[] {
    return [...this.#known.values()].filter(({ state }) => state === 'delayed' || state === 'waiting')
  }

  line(word: Word, id: string | null, text: string, note = ''): void {
    writeLine(this.#paper, { atMs: this.#clock.nowMs(), word, id, text, note })
  }

  trouble(who: string, error: unknown): void {
    this.line('trouble', null, `${who}: ${error instanceof Error ? error.message : String(error)}`)
  }

  /** Takes in an event, at once or, while a job is being enqueued, after that. */
  take(event: () => void): void {
    if (this.#held === undefined) event()
    else this.#held.push(event)
  }

  /** Enqueues a job and tells of it before anything that a worker has to say. */
  async enqueue(job: Omit<Known, 'id' | 'state'>, add: () => Promise<string | null>): Promise<string> {
    this.#held = []
    try {
      const id = (await add()) ?? ''
      this.#enqueued({ ...job, id, state: job.dueMs === null ? 'waiting' : 'delayed' })
      return id
    } finally {
      const held = this.#held
      this.#held = undefined
      for (const event of held) event()
    }
  }

  #enqueued(job: Known): void {
    this.#remember(job)
    const note = job.dueMs === null ? `in queue ${job.queue}` : this.#dueText(job.dueMs)
    this.line(job.state === 'delayed' ? 'delayed' : 'waiting', job.id, jobText(job.class, job.args), note)
  }

  #dueText(dueMs: number): string {
    return `due at ${secondsTime(dueMs)}, in ${durationText(dueMs - this.#clock.nowMs())}`
  }

  #remember(job: Known): void {
    this.#known.set(job.id, job)
    const [oldest] = this.#known.keys()
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest)
  }

  #knownOf({ id, class: className, queue }: Omit<JobEvent, 'attempt'>): Known {
    const known = this.#known.get(id ?? '')
    if (known !== undefined) return known
    const job: Known = { id: id ?? '', class: className, args: null, queue, state: 'waiting', dueMs: null }
    if (id !== null) this.#remember(job)
    return job
  }

  #move(job: Known, state: JobState, note: string): void {
    job.state = state
    this.line(state, job.id, jobText(job.class, job.args), note)
    if (!isFinal(state)) return
    const counts = this.#ends.get(job.class) ?? { complete: 0, failed: 0, cancelled: 0 }
    counts[state as keyof Counts]++
    this.#ends.set(job.class, counts)
  }

  /** Jobs whose time has come are in their queues now. */
  promoted({ lateMs }: Events['promoted']): void {
    const nowMs = this.#clock.nowMs()
    for (const job of this.pending) {
      if (job.state === 'delayed' && (job.dueMs ?? 0) <= nowMs) {
        this.#move(job, 'waiting', `in queue ${job.queue}, ${durationText(lateMs)} after it was due`)
      }
    }
  }

  fired({ entry, class: className, queue, plannedMs, id }: Events['fired'], args: readonly unknown[]): void {
    const job: Known = { id: id ?? '', class: className, args, queue, state: 'waiting', dueMs: null }
    this.#remember(job)
    const planned = `planned for ${secondsTime(plannedMs)}`
    this.line('fired', id, jobText(className, args), `by ${entry}, ${planned}, in queue ${queue}`)
  }

  reserved(event: Events['reserved']): void {
    const job = this.#knownOf(event)
    if (job.state === 'delayed') this.#move(job, 'waiting', `in queue ${job.queue}`)
    this.#move(job, 'running', event.attempt > 1 ? `attempt ${event.attempt}` : '')
  }

  completed(event: Events['completed']): void {
    this.#move(this.#knownOf(event), 'complete', `in ${durationText(event.durationMs)}`)
  }

  failed(event: Events['failed']): void {
    const { name, message } = errorText(event.error)
    this.#move(this.#knownOf(event), 'failed', `${name}: ${message}`)
  }

  /** The attempt failed; the job is delayed until the next. */
  retried({ attempt, delaySeconds, error, ...event }: Events['retried']): void {
    const job = this.#knownOf({ ...event })
    const { name, message } = errorText(error)
    job.dueMs = Math.ceil(this.#clock.nowMs() / 1000 + delaySeconds) * 1000
    this.#move(job, 'delayed', `attempt ${attempt} failed, next in ${delaySeconds} s: ${name}: ${message}`)
  }

  givenBack(event: Events['givenBack']): void {
    this.#move(this.#knownOf(event), 'waiting', 'back at the head of its queue: the worker stops')
  }

  logged({ id, class: className, line }: Events['logged']): void {
    this.line('log', id, `${className}: ${line}`)
  }

  cancelled(job: Known): void {
    if (job.state !== 'cancelled') this.#move(job, 'cancelled', '')
  }

  /** Someone else has given a delayed job another time. */
  rescheduled(job: Known, dueMs: number): void {
    job.dueMs = dueMs
    this.#move(job, 'delayed', `rescheduled, ${this.#dueText(dueMs)}`)
  }

  known(id: string): Known | undefined {
    return this.#known.get(id)
  }
}
