// Moves jobs whose time has come into their queues, in calls of bounded size, and has the classes asked that want
// to be.

import type { Emitter } from '../events.ts'
import type { JobClass } from '../job/job.ts'
import { checkJobClass, jobName } from '../job/names.ts'
import type { Rooms } from '../rooms.ts'
import { Asking } from './asking.ts'
import type { RedisTime } from './redis-time.ts'
import { Rivals } from './rivals.ts'
import { Sweeper } from './sweeper.ts'

/** How many jobs one script call moves: Redis must not be held up for more than 5 ms. */
const jobsPerCall = 1_000
/** The first call of a tick moves fewer, so that workers begin while the others are moved. */
const jobsFirst = 125

/** Job classes by name, or a list of classes that go by their own names. */
export type KnownJobs = Readonly<Record<string, JobClass>> | readonly JobClass[]

/** @throws InvalidArgumentError for what is no job class */
function classesByName(jobs: KnownJobs): Map<string, JobClass> {
  if (Array.isArray(jobs)) return new Map(jobs.map((job: JobClass) => [jobName(job), job]))
  return new Map(
    Object.entries(jobs as Record<string, JobClass>).map(([name, job]) => [name, checkJobClass(job)]),
  )
}

export class Promotion {
  readonly #rooms: Rooms
  readonly #time: RedisTime
  readonly #events: Emitter
  readonly #sweeper: Sweeper
  readonly #asking: Asking
  readonly #rivals: Rivals
  /** The first due second, as far as it is known; null when nothing was delayed. 0: there may be anything. */
  #nextSeconds: number | null = 0
  #hasMoved = false

  /** @param jobs the classes this scheduler knows, of which some may want to be asked first */
  constructor(rooms: Rooms, time: RedisTime, events: Emitter, jobs: KnownJobs) {
    this.#rooms = rooms
    this.#time = time
    this.#events = events
    this.#sweeper = new Sweeper(rooms.delayed.index, rooms.store.clock)
    this.#rivals = new Rivals(rooms.delayed.tripwire, time, events)
    this.#asking = new Asking({ asked: rooms.delayed.asked, events, classes: classesByName(jobs) })
  }

  /** Names of the classes that are asked before their jobs are enqueued. */
  get askedFirst(): readonly string[] {
    return this.#asking.names
  }

  /** This scheduler has begun to lead: another one may have left jobs whose class has not answered. */
  lead(): void {
    this.#nextSeconds = 0
    this.#asking.note()
    this.#rivals.lead()
  }

  /** Jobs of classes that are asked first were fired. */
  noteAsked(): void {
    this.#asking.note()
  }

  /**
   * Whether anything may be due before the next tick. An idle look is one plain command; what is known to be due
   * is not asked for.
   */
  async isNear(intervalMs: number): Promise<boolean> {
    if (this.#isBefore(this.#time.nowMs() + intervalMs)) return true
    this.#nextSeconds = await this.#rooms.delayed.nextSeconds()
    return this.#isBefore(this.#time.nowMs() + intervalMs)
  }

  #isBefore(endMs: number): boolean {
    return this.#nextSeconds !== null && this.#nextSeconds * 1000 <= endMs
  }

  /** Whether jobs were moved since `tidy`: their workers come first. */
  get hasMoved(): boolean {
    return this.#hasMoved
  }

  /** One bounded batch. */
  async some(leader: string): Promise<'more' | 'done' | 'lost'> {
    const limit = this.#hasMoved ? jobsPerCall : jobsFirst
    const { leading, moved, refused, oldestSeconds, nextSeconds, redisNowMs, more, asked } =
      await this.#time.learn(this.#rooms.delayed.promote({ limit, leader, askedFirst: this.askedFirst }))
    if (!leading) return 'lost'
    this.#nextSeconds = nextSeconds
    if (asked > 0) this.#asking.note()
    if (moved + refused > 0) {
      this.#hasMoved = true
      this.#sweeper.note()
      const lateMs = redisNowMs - (oldestSeconds ?? 0) * 1000
      this.#events.emit('promoted', { count: moved, refused, lateMs })
    }
    return more ? 'more' : 'done'
  }

  /** Has classes asked, in the background. */
  ask(leader: string): void {
    this.#asking.step(leader)
  }

  /** What is done a little with each tick: keeping the index of delayed jobs, and looking for rivals. */
  async tidy(leader: string): Promise<void> {
    this.#hasMoved = false
    await this.#sweeper.step()
    await this.#rivals.step(leader)
  }

  stop(): void {
    this.#asking.stop()
  }
}
