// How a worker ends: the jobs in hand may go on for a while, are told to end, and are put back.

import type { Clock } from '../clock.ts'
import type { Hands } from './hands.ts'

/** How long a job that was told to end is waited for before it is put back. */
const abortGraceMs = 500
const longestNapMs = 60_000

export interface Draining {
  readonly hands: Hands
  readonly clock: Clock
  readonly termTimeoutMs: number
  /** How long the jobs in hand may go on; it may change meanwhile. */
  untilMs(): number
  handIn(): Promise<void>
  sleep(ms: number): Promise<unknown>
  loop(signal: AbortSignal, pass: () => Promise<number>): Promise<void>
}

/**
 * Goes on handing in outcomes until no job is in hand (true) or the time is over (false). When Redis is away
 * it is waited for as long again: what could not be handed in is put back when this process is found dead.
 */
async function settleUntil(draining: Draining, untilMs: () => number): Promise<boolean> {
  const { hands, clock, termTimeoutMs } = draining
  const over = new AbortController()
  await draining.loop(over.signal, async () => {
    const leftMs = untilMs() - clock.nowMs()
    if (-leftMs > Math.max(termTimeoutMs, abortGraceMs)) over.abort()
    else if (hands.haveOutcomes) await draining.handIn()
    else if (hands.busy === 0 || leftMs <= 0) over.abort()
    else await draining.sleep(Math.min(leftMs, longestNapMs))
    return 0
  })
  return hands.busy === 0
}

export async function drain(draining: Draining): Promise<void> {
  const { hands, clock } = draining
  await hands.landed().catch(() => undefined) // it is made again, if there is anything to hand in
  hands.takeBack()
  if (await settleUntil(draining, () => draining.untilMs())) return
  hands.abortJobs(false)
  const graceEndsMs = clock.nowMs() + abortGraceMs
  if (await settleUntil(draining, () => graceEndsMs)) return
  hands.giveBack()
  const givenBackMs = clock.nowMs()
  await settleUntil(draining, () => givenBackMs)
}
