// Recurring entries that nobody fires, and schedulers and workers whose clocks are ahead.

import { type KnownEntry, readKnown, snapshot } from '../recurring/snapshot.ts'
import { nextPlanned } from '../recurring/standing.ts'
import type { Examination } from './examination.ts'

const overdueMs = 60_000
/** Times in Redis have whole seconds. */
const skewMs = 10_000

/** The first run after the last one, when that was over a minute ago. */
function overdueSince(known: KnownEntry, nowMs: number): number | null {
  const { standing } = known
  const { entry } = readKnown(known)
  if (standing === null || entry === null || !entry.enabled) return null
  const plannedMs = nextPlanned(entry, standing, Math.max(standing.atMs, standing.sinceMs))
  return plannedMs !== null && plannedMs < nowMs - overdueMs ? plannedMs : null
}

async function overdueOf(exam: Examination, app: string, nowMs: number): Promise<Map<string, number>> {
  const overdue = new Map<string, number>()
  for (const known of await snapshot(exam.store, exam.store.keys.recurring(app))) {
    const plannedMs = overdueSince(known, nowMs)
    if (plannedMs !== null) overdue.set(known.name, plannedMs)
  }
  return overdue
}

/** Looks at the recurring entries of all applications, twice where one is late. */
export async function checkRecurring(
  exam: Examination,
  apps: ReadonlySet<string>,
  redisMs: number,
): Promise<void> {
  for (const app of apps) {
    const first = await overdueOf(exam, app, redisMs)
    if (first.size === 0) continue
    await exam.wait()
    const still = await overdueOf(exam, app, redisMs)
    for (const [name, plannedMs] of still) {
      if (first.get(name) !== plannedMs) continue
      const named = app === '' ? name : `${name} of ${app}`
      exam.found('overdue_recurring', `${named}, planned for ${new Date(plannedMs).toISOString()}`)
    }
  }
}

/** A time ahead of Redis's was written by a machine whose clock is ahead. */
function tellAhead(exam: Examination, who: string, time: string | undefined, redisMs: number): void {
  const aheadMs = Date.parse(time ?? '') - redisMs
  if (aheadMs > skewMs) exam.found('clock_skew', `${who} is ${Math.round(aheadMs / 1000)} s ahead`)
}

function runAtOf(record: string | null): string | undefined {
  return /"run_at":"([^"]+)"/.exec(record ?? '')?.[1]
}

/** Schedulers note when they fired an entry, workers when they took a job, both by their own clocks. */
export async function checkClocks(exam: Examination, redisMs: number): Promise<void> {
  const { redis, keys } = exam.store
  const fired = await redis.hgetall(keys.lastEnqueuedAt)
  for (const [name, time] of Object.entries(fired))
    tellAhead(exam, `the scheduler that fired ${name}`, time, redisMs)
  const workers = (await redis.smembers(keys.workers)).slice(0, 10_000)
  if (workers.length === 0) return
  const records = await redis.mget(workers.map((id) => keys.worker(id)))
  workers.forEach((id, index) => {
    tellAhead(exam, `the worker ${id}`, runAtOf(records[index] ?? null), redisMs)
  })
}
