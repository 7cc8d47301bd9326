// Fires recurring entries that are due: makes their jobs, claims and enqueues them in calls of bounded size.

import type { Emitter } from '../events.ts'
import type { PayloadFormat } from '../job/codec.ts'
import { newJob } from '../job/new-job.ts'
import type { Claim, Occurrence, Recurring } from '../recurring/recurring.ts'
import type { Due, DueRun, Planner, SkippedRuns } from './planner.ts'

export interface Firing {
  readonly recurring: Recurring
  readonly planner: Planner
  readonly events: Emitter
  readonly format: PayloadFormat
  /** My value in the leader's lock. */
  readonly leader: string
}

const runsPerCall = 200

interface Call {
  readonly occurrence: Occurrence
  readonly id: string | null
  readonly run: DueRun | null
  readonly skipped: SkippedRuns | null
}

function skippedCall(skipped: SkippedRuns): Call {
  const { entry, lastPlannedMs } = skipped
  const occurrence = {
    name: entry.name,
    plannedMs: lastPlannedMs,
    overlap: entry.overlap,
    queue: entry.queue ?? '',
    payload: null,
  }
  return { occurrence, id: null, run: null, skipped }
}

function runCall(run: DueRun, format: PayloadFormat, nowMs: number): Call {
  const { entry, plannedMs, previousMs } = run
  const queue = entry.queue ?? ''
  const job = newJob({
    className: entry.class,
    args: entry.params,
    queue,
    plannedSeconds: Math.floor(plannedMs / 1000),
    nowMs,
    format,
    tracked: true,
    recurring: { name: entry.name, plannedMs, previousMs },
  })
  return {
    occurrence: { name: entry.name, plannedMs, overlap: entry.overlap, queue, payload: job.payload },
    id: job.id,
    run,
    skipped: null,
  }
}

/** Older planned times first: a claim of a later one would leave the earlier ones out. */
function calls({ runs, skipped }: Due, format: PayloadFormat, nowMs: number): Call[] {
  const all = [...skipped.map(skippedCall), ...runs.map((run) => runCall(run, format, nowMs))]
  return all.sort((a, b) => a.occurrence.plannedMs - b.occurrence.plannedMs)
}

function tell({ events }: Firing, { run, skipped, id, occurrence }: Call, claim: Claim): void {
  if (claim === 'left out') return
  const { name, plannedMs, queue } = occurrence
  if (skipped !== null) {
    const { count, firstPlannedMs, reason } = skipped
    events.emit('skipped', { entry: name, count, firstPlannedMs, reason })
  } else if (claim === 'overlapping') {
    const reason = `overlap: ${occurrence.overlap}, and the last run's job has not ended`
    events.emit('skipped', { entry: name, count: 1, firstPlannedMs: plannedMs, reason })
  } else if (run !== null) {
    events.emit('fired', {
      entry: name,
      class: run.entry.class,
      queue,
      plannedMs,
      id,
      caughtUp: run.caughtUp,
    })
  }
}

/** Fires all that is due at `nowMs`. False: someone else leads now. */
export async function fireDue(firing: Firing, nowMs: number): Promise<boolean> {
  const all = calls(firing.planner.due(nowMs), firing.format, nowMs)
  for (let from = 0; from < all.length; from += runsPerCall) {
    const batch = all.slice(from, from + runsPerCall)
    const { leading, claims } = await firing.recurring.fire(
      batch.map(({ occurrence }) => occurrence),
      firing.leader,
    )
    if (!leading) return false
    batch.forEach((call, index) => {
      firing.planner.ran(call.occurrence.name, call.occurrence.plannedMs)
      tell(firing, call, claims[index] ?? 'left out')
    })
  }
  return true
}
