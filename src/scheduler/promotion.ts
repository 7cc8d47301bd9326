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

  /** @param jobs the classes this scheduler knows, of which some may want to be asked first */
  constructor(rooms: Rooms, time: RedisTime, events: Emitter, jobs: KnownJobs) {
    this.#rooms = rooms
    this.#time = time
    this.#events = events
    this.#sweeper = new Sweeper(rooms.delayed)
    this.#rivals = new Rivals(rooms.delayed.tripwire, time, events)
    this.#asking = new Asking({ asked: rooms.delayed.asked, events, classes: classesByName(jobs) })
  }

  /** Names of the classes that are asked before their jobs are enqueued. */
  get askedFirst(): readonly string[] {
    return this.#asking.names
  }

  /** This scheduler has begun to lead: another one may have left jobs whose class has not answered. */
  lead(): void {
    this.#asking.note()
    this.#rivals.lead()
  }

  /** Jobs of classes that are asked first were fired. */
  noteAsked(): void {
    this.#asking.note()
  }

  /** Whether anything may be due before the next tick. An idle look is one plain command. */
  async isNear(intervalMs: number): Promise<boolean> {
    const next = await this.#rooms.delayed.nextSeconds()
    return next !== null && next * 1000 <= this.#time.nowMs() + intervalMs
  }

  /** One bounded batch. */
  async some(leader: string): Promise<'more' | 'done' | 'lost'> {
    const { leading, moved, refused, oldestSeconds, redisNowMs, more, asked } = await this.#time.learn(
      this.#rooms.delayed.promote({ limit: jobsPerCall, leader, askedFirst: this.askedFirst }),
    )
    if (!leading) return 'lost'
    if (asked > 0) this.#asking.note()
    if (moved + refused > 0) {
      this.#sweeper.note()
      const lateMs = redisNowMs - (oldestSeconds ?? 0) * 1000
      this.#events.emit('promoted', { count: moved, refused, lateMs })
    }
    return more ? 'more' : 'done'
  }

  /** What is done a little with each tick: asking classes, and clearing the index of what was promoted. */
  async tidy(leader: string): Promise<void> {
    this.#asking.step(leader)
    await this.#sweeper.step()
    await this.#rivals.step(leader)
  }

  stop(): void {
    this.#asking.stop()
  }
}
