// What the verbs do: from a call with its options to a job in Redis, with the hooks around it. It keeps what it
// learns of Redis's clock, by which jobs are planned.

import type { Clock } from '../clock.ts'
import { InvalidArgumentError } from '../errors.ts'
import type { JobClass } from '../job/job.ts'
import { checkJobClass, checkQueueName, jobName, queueOf } from '../job/names.ts'
import { checkJobArgs } from '../job/new-job.ts'
import type { PluginCall } from '../job/plugin.ts'
import { checkDelaySeconds, dueSeconds } from '../job/times.ts'
import type { UniqueLock } from '../job/unique.ts'
import { explain } from '../redis/connection.ts'
import type { Rooms } from '../rooms.ts'
import { type ClientHooks, clientHooks } from './client-hooks.ts'
import {
  addUnique,
  carriedBy,
  type Place,
  type Prepared,
  prepare,
  prepareUnlocked,
  type Request,
  ruleOf,
} from './enqueue.ts'
import { Outbox } from './outbox.ts'
import { retime } from './retime.ts'
import type { CallSettings } from './settings.ts'
import { isTraced, traced } from './traced.ts'
import { conflictError } from './unique.ts'

/** A call of a verb. */
export interface Call {
  readonly job: JobClass | string
  readonly args: readonly unknown[]
  readonly queue: string | undefined
  /** null: now. */
  readonly due: number | null
  /** The verb names a time, so the schedule hooks are run too. */
  readonly isScheduled: boolean
}

/** A call that was checked, and what is to be done for it. */
export interface Intent {
  readonly request: Request
  readonly prepared: Prepared
  readonly isScheduled: boolean
  /** As with Ruby, a job whose time has come is enqueued as well as scheduled. */
  readonly isNow: boolean
  /** null: it has none. */
  readonly hooks: ClientHooks | null
}

/** What became of a call. `isNew`: a job was added. */
export interface Placed {
  readonly id: string | null
  readonly isNew: boolean
}

/** A call that took longer tells too little of Redis's clock, in milliseconds. */
const longestLessonMs = 1_000
/** A producer whose clock is further off than this is warned, once. */
const tellingSkewMs = 60_000

export class Intake implements Place {
  readonly rooms: Rooms
  readonly clock: Clock
  readonly #defaultQueue: string | null
  readonly #outbox: Outbox
  #skewMs = 0
  #isWarned = false

  constructor(rooms: Rooms, clock: Clock, defaultQueue: string | null) {
    this.#outbox = new Outbox({ rooms, clock }, (redisNowMs, sentMs) => this.#learn(redisNowMs, sentMs))
    this.rooms = rooms
    this.clock = clock
    this.#defaultQueue = defaultQueue
  }

  #nowMs(): number {
    return this.clock.nowMs() + this.#skewMs
  }

  /**
   * What is due is decided by Redis's clock, so this is the clock to plan by. Redis read it after the call was
   * sent: it is no further ahead than this, and what is planned so is never early.
   */
  #learn(redisNowMs: number, sentMs: number): void {
    if (this.clock.nowMs() - sentMs > longestLessonMs) return
    this.#skewMs = redisNowMs - sentMs
    if (!this.#isWarned && Math.abs(this.#skewMs) > tellingSkewMs) this.#warn()
  }

  /** Delays count from Redis's clock, so they are right all the same; a time that was made of this clock is not. */
  #warn(): void {
    this.#isWarned = true
    const side = this.#skewMs < 0 ? 'ahead of' : 'behind'
    const seconds = Math.round(Math.abs(this.#skewMs) / 1000)
    process.emitWarning(
      `this machine's clock is ${seconds} s ${side} Redis's, by which jobs become due: enqueueAt with times made of it is off by as much. Set the clock (NTP).`,
      { type: 'ResqueWarning', code: 'RESQUE_CLOCK_SKEW' },
    )
  }

  /** The second that lies so many seconds ahead; null for now. @throws InvalidArgumentError */
  dueIn(delaySeconds: number): number | null {
    checkDelaySeconds(delaySeconds)
    return delaySeconds === 0 ? null : dueSeconds(new Date(Math.ceil(this.#nowMs() + delaySeconds * 1000)))
  }

  /**
   * Checks a call as `intend` does, without making its job. Whether it has neither hooks nor a rule by which it is
   * unique. @throws InvalidArgumentError, NoQueueError
   */
  checkPlain({ job, args, queue }: Call, settings: CallSettings): boolean {
    this.#queueFor(job, queue, settings)
    jobName(job)
    checkJobArgs(args)
    return clientHooks(job, settings.plugins) === null && !ruleOf(job, settings)
  }

  /** What makes the jobs of calls that `checkPlain` has checked, all of them as of now. */
  plainMaker(settings: CallSettings): (call: Call) => Prepared {
    const nowMs = this.#nowMs()
    const carried = carriedBy(settings)
    return ({ job, args, queue, due }) => {
      const request = { job, args, queue: this.#queueFor(job, queue, settings), dueSeconds: due }
      return prepareUnlocked(request, settings, nowMs, carried)
    }
  }

  #queueFor(job: JobClass | string, queue: string | undefined, settings: CallSettings): string {
    if (typeof job !== 'string') checkJobClass(job)
    if (queue !== undefined) checkQueueName(queue)
    return queue ?? settings.queue ?? queueOf(job, this.#defaultQueue)
  }

  /** Checks a call and makes its job. @throws InvalidArgumentError, NoQueueError */
  intend({ job, args, queue = undefined, due, isScheduled }: Call, settings: CallSettings): Intent {
    const request = { job, args, queue: this.#queueFor(job, queue, settings), dueSeconds: due }
    const nowMs = this.#nowMs()
    const prepared = prepare(request, settings, nowMs)
    const isNow = due === null || due * 1000 <= nowMs
    return { request, prepared, isScheduled, isNow, hooks: clientHooks(job, settings.plugins) }
  }

  /**
   * Adds a job. Resolves to the id of the job that is there then; null for one without an id, or after a veto.
   * @throws InvalidArgumentError, NoQueueError at once
   */
  add(call: Call, settings: CallSettings): Promise<string | null> {
    return this.#traced(call, settings, () => this.#add(call, settings))
  }

  /** The commonest call has neither hooks nor a key, and goes straight on: each promise on its way costs time. */
  #add(call: Call, settings: CallSettings): Promise<string | null> {
    const intent = this.intend(call, settings)
    const { hooks, prepared } = intent
    if (hooks === null && prepared.lock === undefined) return this.#outbox.add(prepared)
    return this.#addWithCare(intent)
  }

  async #addWithCare(intent: Intent): Promise<string | null> {
    const { hooks, prepared, request } = intent
    const place = () => this.#place(request, prepared)
    return (hooks === null ? await place() : await this.#hooked(intent, place)).id
  }

  /** Gives the delayed jobs like this one another time, or adds it. */
  addOrRetime(call: Call, settings: CallSettings): Promise<string | null> {
    return this.#traced(call, settings, async () => {
      const intent = this.intend(call, settings)
      const place = () => this.#retime(intent.request, intent.prepared)
      return (intent.hooks === null ? await place() : await this.#hooked(intent, place)).id
    })
  }

  #traced(call: Call, settings: CallSettings, add: () => Promise<string | null>): Promise<string | null> {
    if (!isTraced()) return add()
    const queue = call.queue ?? settings.queue
    return traced({ ...call, queue, count: 1 }, add, (id) => [id])
  }

  async #hooked(intent: Intent, place: () => Promise<Placed>): Promise<Placed> {
    if (!(await this.allow(intent))) return { id: null, isNew: false }
    const placed = await place()
    if (placed.isNew) await this.tell(intent)
    return placed
  }

  #told({ request: { job, args, queue, dueSeconds: due }, prepared: { id } }: Intent): PluginCall {
    return { class: jobName(job), args, queue, dueAt: due === null ? null : new Date(due * 1000), id }
  }

  /** Asks the hooks that may veto. */
  async allow(intent: Intent): Promise<boolean> {
    const { hooks, isScheduled, isNow } = intent
    if (hooks === null) return true
    const call = this.#told(intent)
    if (isScheduled && !(await hooks.allow('beforeSchedule', call))) return false
    return !isNow || (await hooks.allow('beforeEnqueue', call))
  }

  /** Tells the hooks that the job was added. @throws HookError */
  async tell(intent: Intent): Promise<void> {
    const { hooks, isScheduled, isNow } = intent
    if (hooks === null) return
    const call = this.#told(intent)
    if (isNow) await hooks.tell('afterEnqueue', call)
    if (isScheduled) await hooks.tell('afterSchedule', call)
  }

  async #place(request: Request, prepared: Prepared): Promise<Placed> {
    if (prepared.lock !== undefined) return this.placeUnique(request, { ...prepared, lock: prepared.lock })
    await this.#outbox.add(prepared)
    return { id: prepared.id, isNew: true }
  }

  /** Adds a job, unless another one has its key. @throws UniqueConflictError */
  async placeUnique({ job }: Request, prepared: Prepared & { readonly lock: UniqueLock }): Promise<Placed> {
    const sentMs = this.clock.nowMs()
    const placement = await addUnique(this, prepared)
    this.#learn(placement.redisNowMs, sentMs)
    if (placement.outcome === 'rejected') throw conflictError(jobName(job), placement)
    return { id: placement.id, isNew: placement.outcome === 'added' || placement.outcome === 'replaced' }
  }

  async uniqueHolder(call: Call, settings: CallSettings): Promise<string | null> {
    return this.#asked(this.rooms.unique.holder(this.#lockName(call, settings)))
  }

  async freeUnique(call: Call, settings: CallSettings): Promise<boolean> {
    return this.#asked(this.rooms.unique.free(this.#lockName(call, settings)))
  }

  #lockName(call: Call, settings: CallSettings): string {
    const { lock } = this.intend(call, settings).prepared
    if (lock !== undefined) return lock.name
    const cure = 'Give its class a "static unique", or call with({ unique: … }).'
    throw new InvalidArgumentError(
      'job',
      call.job,
      `${jobName(call.job)} is not unique, so it has no key. ${cure}`,
    )
  }

  #asked<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error: unknown) => {
      throw explain(error, this.rooms.connection)
    })
  }

  async #retime(request: Request, prepared: Prepared): Promise<Placed> {
    const { lock } = prepared
    if (lock !== undefined)
      return this.placeUnique(request, { ...prepared, lock: { ...lock, onConflict: 'move' } })
    const sentMs = this.clock.nowMs()
    const answer = retime(this.rooms, { ...request, dueSeconds: request.dueSeconds ?? 0 }, prepared)
    const { id, redisNowMs, isNew } = await this.#asked(answer)
    this.#learn(redisNowMs, sentMs)
    return { id, isNew }
  }
}
