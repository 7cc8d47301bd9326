// Moving the clock: from one second at which something is due to the next, so that all happens in order.

import type { Resque } from '../client/resque.ts'
import { systemClock } from '../clock.ts'
import { InvalidArgumentError } from '../errors.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import type { TestClock } from './clock.ts'

export interface Traveller {
  readonly resque: Resque
  readonly scheduler: Scheduler
  readonly clock: TestClock
}

/** The next moment, at most `lastMs`, at which the scheduler has something to do. */
async function nextStop({ resque, scheduler, clock }: Traveller, lastMs: number): Promise<number> {
  const delayedMs = (await resque.delayed.next())?.getTime() ?? lastMs
  return Math.max(Math.min(delayedMs, scheduler.nextRunMs, lastMs), clock.nowMs())
}

function checkEnd(clock: TestClock, endMs: number): void {
  if (endMs >= clock.nowMs()) return
  const here = new Date(clock.nowMs()).toISOString()
  const there = Number.isNaN(endMs) ? 'no date' : new Date(endMs).toISOString()
  const cure = 'Travel forward, or begin earlier: testKit({ now: new Date(…) }).'
  throw new InvalidArgumentError('date', endMs, `cannot travel to ${there}: it is ${here} already. ${cure}`)
}

/** Classes that are asked before their jobs are enqueued may take their time; a scheduler does not wait for them. */
async function tick({ resque, scheduler }: Traveller): Promise<void> {
  await scheduler.tick()
  const { asked } = resque.rooms.delayed
  while ((await asked.head(1)).length > 0) await systemClock.sleep(1)
}

/**
 * Promotes and fires all that falls due until then; after each second at which something did, `atStop` is called.
 * @throws InvalidArgumentError for a time that is past, or no time
 */
export async function travel(
  traveller: Traveller,
  endMs: number,
  atStop: () => Promise<unknown>,
): Promise<void> {
  const { clock } = traveller
  checkEnd(clock, endMs)
  await tick(traveller)
  await atStop()
  for (;;) {
    const stopMs = await nextStop(traveller, endMs)
    clock.advance(stopMs - clock.nowMs())
    await tick(traveller)
    await atStop()
    if (stopMs < endMs) continue
    // What was performed at the last stop may be due again at once.
    if ((await nextStop(traveller, endMs + 1)) > endMs) return
  }
}
