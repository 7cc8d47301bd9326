// What the tests of recurring entries share: entries from a map, a scheduler that the test ticks by hand, what it
// told, and the jobs that it enqueued.

import { parseEntry, type ScheduleEntry } from '../../src/recurring/entry.ts'
import { Scheduler, type SchedulerOptions } from '../../src/scheduler/scheduler.ts'
import { ManualClock } from './manual-clock.ts'
import { type World, world } from './world.ts'

export type Config = Readonly<Record<string, unknown>>

/** Entries as a schedule file would give them. */
export function entriesOf(configs: Readonly<Record<string, Config>>): ScheduleEntry[] {
  return Object.entries(configs).map(([name, config]) => {
    const { entry, problems } = parseEntry(name, { class: 'Report', queue: 'reports', ...config })
    if (entry === null) throw new Error(JSON.stringify(problems))
    return entry
  })
}

export const startMs: number = Date.parse('2027-01-04T12:00:00Z')

export interface Desk extends World {
  readonly clock: ManualClock
  /** A scheduler on this world's client; it does nothing but when it is ticked. */
  ticked(options?: Omit<SchedulerOptions, 'resque'>): Ticked
  /** Planned times of the jobs of an entry that wait, as seconds since the start, in order. */
  plannedSeconds(name?: string): Promise<number[]>
}

export interface Ticked {
  readonly scheduler: Scheduler
  readonly told: Told[]
  tick(): Promise<unknown>
  /** Moves the clock and ticks, once. */
  after(seconds: number): Promise<unknown>
  /** Moves the clock second by second, and ticks at each. */
  through(seconds: number): Promise<void>
}

export interface Told {
  readonly event: string
  readonly entry?: string
  readonly reason?: string
  readonly count?: number
  readonly caughtUp?: boolean
  readonly added?: readonly string[]
  readonly changed?: readonly string[]
  readonly removed?: readonly string[]
}

const heard = ['fired', 'skipped', 'entryLeftOut', 'scheduleLoaded', 'leading', 'standby'] as const

function ticked(here: World, clock: ManualClock, options: Omit<SchedulerOptions, 'resque'>): Ticked {
  const scheduler = new Scheduler({ resque: here.resque, ...options })
  const told: Told[] = []
  for (const event of heard) scheduler.on(event, (what) => told.push({ event, ...what }))
  const after = async (seconds: number): Promise<unknown> => {
    clock.advance(seconds * 1000)
    return scheduler.tick()
  }
  return {
    scheduler,
    told,
    tick: () => scheduler.tick(),
    after,
    through: async (seconds) => {
      for (let second = 0; second < seconds; second++) await after(1)
    },
  }
}

interface Payload {
  readonly recurring: { readonly name: string; readonly planned_ms: number }
}

async function plannedSeconds({ redis, keys }: World, name: string | undefined): Promise<number[]> {
  const queues = await redis.smembers(keys.queues)
  const lists = await Promise.all(queues.map((queue) => redis.lrange(keys.queue(queue), 0, -1)))
  return lists
    .flat()
    .map((text) => (JSON.parse(text) as Payload).recurring)
    .filter((recurring) => name === undefined || recurring.name === name)
    .map((recurring) => (recurring.planned_ms - startMs) / 1000)
}

/** A world whose clock stands at Monday, 4 January 2027, 12:00 UTC until the test moves it. */
export function desk(): Desk {
  const clock = new ManualClock(startMs)
  const here = world({ clock })
  return {
    ...here,
    clock,
    ticked: (options = {}) => ticked(here, clock, options),
    plannedSeconds: (name) => plannedSeconds(here, name),
  }
}
