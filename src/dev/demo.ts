// The demonstration: five jobs, each with another fate, enqueued one after the other.

import type { Resque } from '../client/resque.ts'
import type { Clock } from '../clock.ts'
import type { Journal } from './journal.ts'
import { type Paper, shortId } from './paper.ts'

interface Step {
  /** As one would write it in a program. */
  readonly code: string
  readonly tells: string
  readonly class: string
  readonly args: readonly unknown[]
  readonly queue: string
  readonly inSeconds?: number
  readonly cancelled?: boolean
}

const steps: readonly Step[] = [
  {
    code: "enqueue(SendEmail, 'ann@example.com', 'welcome')",
    tells: 'runs at once',
    class: 'SendEmail',
    args: ['ann@example.com', 'welcome'],
    queue: 'mail',
  },
  {
    code: "enqueueIn(3, SendEmail, 'bob@example.com', 'follow-up')",
    tells: 'is delayed for 3 seconds, rounded up to a whole second',
    class: 'SendEmail',
    args: ['bob@example.com', 'follow-up'],
    queue: 'mail',
    inSeconds: 3,
  },
  {
    code: "enqueue(ImportPrices, 'https://prices.example.com/today.csv')",
    tells: 'fails: see resque failed',
    class: 'ImportPrices',
    args: ['https://prices.example.com/today.csv'],
    queue: 'low',
  },
  {
    code: "enqueue(FlakyUpload, 'report.pdf')",
    tells: 'fails once, is tried again a second later',
    class: 'FlakyUpload',
    args: ['report.pdf'],
    queue: 'low',
  },
  {
    code: "enqueueIn(60, SendEmail, 'eve@example.com', 'regrets')",
    tells: 'is cancelled before it is due: cancel(id)',
    class: 'SendEmail',
    args: ['eve@example.com', 'regrets'],
    queue: 'mail',
    inSeconds: 60,
    cancelled: true,
  },
]

/** So that the lines of one job can be read before those of the next. */
const pauseMs = 200
/** How long a job that is to be cancelled is left alone. */
const cancelAfterMs = 1_000

/** Says what is going to be enqueued, as a program would write it. */
export function announce(paper: Paper): void {
  paper.write(paper.paint('bold', 'jobs to watch, as a program enqueues them'))
  const width = Math.max(...steps.map(({ code }) => code.length))
  for (const { code, tells } of steps)
    paper.write(`  resque.${code.padEnd(width)}  ${paper.paint('dim', tells)}`)
}

export interface Stage {
  readonly resque: Resque
  readonly journal: Journal
  readonly clock: Clock
}

async function take({ resque, journal, clock }: Stage, step: Step): Promise<string> {
  const { class: name, args, queue, inSeconds } = step
  if (inSeconds === undefined) {
    return journal.enqueue({ class: name, args, queue, dueMs: null }, () =>
      resque.enqueueTo(queue, name, ...args),
    )
  }
  const dueMs = Math.ceil(clock.nowMs() / 1000 + inSeconds) * 1000
  return journal.enqueue({ class: name, args, queue, dueMs }, () =>
    resque.enqueueInWithQueue(queue, inSeconds, name, ...args),
  )
}

async function cancelLater(
  { resque, journal, clock }: Stage,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(cancelAfterMs, signal)
  if (signal.aborted) return
  const job = journal.known(id)
  if ((await resque.cancel(id)) && job !== undefined) journal.cancelled(job)
  else journal.line('trouble', id, `job ${shortId(id)} could not be cancelled`)
}

/** Plays the steps; ends early when the signal aborts. */
export async function play(stage: Stage, signal: AbortSignal): Promise<void> {
  for (const step of steps) {
    if (signal.aborted) return
    const id = await take(stage, step)
    if (step.cancelled) await cancelLater(stage, id, signal)
    else await stage.clock.sleep(pauseMs, signal)
  }
}
