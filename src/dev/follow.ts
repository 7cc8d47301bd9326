// Hands what scheduler and worker tell to the journal, and looks now and then for what others have done to jobs
// that wait: a delayed job may be cancelled or rescheduled from another terminal.

import type { Resque } from '../client/resque.ts'
import type { Clock } from '../clock.ts'
import type { EventName, Listener } from '../events.ts'
import type { LoadedSchedule } from '../recurring/file.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import type { Worker } from '../worker/worker.ts'
import type { Journal } from './journal.ts'

export interface Followed {
  readonly scheduler: Scheduler
  readonly worker: Worker
  readonly resque: Resque
  readonly journal: Journal
  readonly schedule: LoadedSchedule
  readonly clock: Clock
}

const lookEveryMs = 250

interface Source {
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void
}

function tellTrouble(source: Source, journal: Journal): void {
  source.on('trouble', ({ role, error }) => journal.trouble(role, error))
  source.on('recovered', ({ role }) => journal.line('recovered', null, `${role}: Redis answers again`))
}

function listenToScheduler({ scheduler, journal, schedule }: Followed): void {
  const args = new Map(schedule.entries.map(({ name, params }) => [name, params]))
  scheduler.on('promoted', (event) => journal.take(() => journal.promoted(event)))
  scheduler.on('fired', (event) => journal.take(() => journal.fired(event, args.get(event.entry) ?? [])))
  scheduler.on('skipped', ({ entry, count, reason }) =>
    journal.line('skipped', null, `${entry}, ${count} ${count === 1 ? 'run' : 'runs'}: ${reason}`),
  )
  tellTrouble(scheduler, journal)
}

function listenToWorker({ worker, journal }: Followed): void {
  worker.on('reserved', (event) => journal.take(() => journal.reserved(event)))
  worker.on('logged', (event) => journal.take(() => journal.logged(event)))
  worker.on('completed', (event) => journal.take(() => journal.completed(event)))
  worker.on('failed', (event) => journal.take(() => journal.failed(event)))
  worker.on('retried', (event) => journal.take(() => journal.retried(event)))
  worker.on('givenBack', (event) => journal.take(() => journal.givenBack(event)))
  tellTrouble(worker, journal)
}

async function look({ resque, journal }: Followed): Promise<void> {
  for (const job of journal.pending) {
    const status = await resque.status(job.id)
    // An event may have told more while the answer was on its way.
    if (status?.state === 'cancelled' && (job.state === 'delayed' || job.state === 'waiting'))
      journal.cancelled(job)
    const dueMs = status?.dueAt?.getTime()
    const isLater = status?.state === 'delayed' && dueMs !== undefined && dueMs !== job.dueMs
    if (isLater && job.state === 'delayed') journal.rescheduled(job, dueMs)
  }
}

/** Follows until the signal aborts. Events are followed on. */
export async function follow(followed: Followed, signal: AbortSignal): Promise<void> {
  listenToScheduler(followed)
  listenToWorker(followed)
  while (!signal.aborted) {
    await look(followed).catch(() => undefined)
    await followed.clock.sleep(lookEveryMs, signal)
  }
}
