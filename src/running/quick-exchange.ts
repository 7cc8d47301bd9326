// An exchange when all jobs that ended are complete, by settle-quick.lua: it looks at no record, because the number of
// the process's last call tells that nobody else has touched what it has in hand.

import { runAt } from '../job/wire-times.ts'
import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import type { Exchanged, Holder, Outcome, Reserved } from './exchange.ts'

const quickScript = defineScript(new URL('./settle-quick.lua', import.meta.url))

export interface QuickExchange {
  /** What is complete, at its first attempt. */
  readonly outcomes: readonly Outcome[]
  /** Slots to take jobs into, in ascending order; those of the outcomes may be among them. */
  readonly freeSlots: readonly number[]
  readonly queues: readonly string[]
  /** Of this call, and of the last one that was answered. */
  readonly reservation: number
  readonly lastReservation: number
  /** How many slots are shown to others, as workers; jobs in slots beyond these are taken ahead. */
  readonly shownSlots: number
  /** How many jobs to take; fewer while there are jobs that a worker died with, so that none is blamed for another. */
  readonly most: number
  readonly mostAfterDeaths: number
  /** What time it is at Redis, in whole milliseconds: for the statuses. */
  readonly redisNowMs: number
}

/** Whether settle-quick.lua can take it. */
export function isPlain({ kind, job }: Outcome): boolean {
  return kind === 'complete' && job.failures + job.deaths === 0
}

/** `1-3,7-7` for 1, 2, 3, 7. */
export function slotRanges(slots: readonly number[]): string {
  let text = ''
  let from = 0
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number
    if (slots[at + 1] === slot + 1) continue
    text += `${text === '' ? '' : ','}${slots[from]}-${slot}`
    from = at + 1
  }
  return text
}

function slotsOf(outcomes: readonly Outcome[]): number[] {
  return outcomes.map(({ job }) => job.slot).sort((a, b) => a - b)
}

function keysOf({ keys }: Store, holder: Holder, queues: readonly string[]): string[] {
  const counts = [keys.attempts, keys.deaths, keys.processed, `${keys.processed}:${holder.workerId}`]
  const fixed = [keys.hand(holder.token), keys.pauseAll, keys.pausedQueues, ...counts]
  for (const queue of queues) fixed.push(keys.queue(queue))
  return fixed
}

interface Ended {
  /** Keys and records of the statuses to write always, in turn, and of those to write only where there is one. */
  readonly always: string[]
  readonly ifTracked: string[]
  readonly names: string[]
}

function endedOf({ keys }: Store, { outcomes, redisNowMs }: QuickExchange): Ended {
  const ended: Ended = { always: [], ifTracked: [], names: [] }
  const head = `{"status":4,"updated":${Math.floor(redisNowMs / 1000)}`
  const tail = `,"updated_ms":${redisNowMs}}`
  for (const { status } of outcomes) {
    if (status === null) continue
    const { name, members } = status
    ;(status.onlyIfTracked ? ended.ifTracked : ended.always).push(keys.status(name), head + members + tail)
    ended.names.push(name)
  }
  return ended
}

function argsOf(
  store: Store,
  keepSeconds: number,
  holder: Holder,
  exchange: QuickExchange,
): (string | number)[] {
  const { keys, clock, scriptNow } = store
  const { outcomes, freeSlots, most, shownSlots } = exchange
  const { always, ifTracked, names } = endedOf(store, exchange)
  const args = [scriptNow(), exchange.lastReservation, exchange.reservation, holder.token]
  args.push(keys.worker(holder.workerId), shownSlots, keys.jobPrefix, keys.settled)
  args.push(runAt(clock.nowMs()), keepSeconds, slotRanges(slotsOf(outcomes)), slotRanges(freeSlots))
  args.push(most, exchange.mostAfterDeaths, always.length / 2, ifTracked.length / 2, names.join())
  for (const text of always) args.push(text)
  for (const text of ifTracked) args.push(text)
  for (const queue of exchange.queues) args.push(queue)
  return args
}

function readJobs(reply: readonly unknown[], token: string, freeSlots: readonly number[]): Reserved[] {
  const [, attempts, deaths] = reply
  const failuresOf = Array.isArray(attempts) ? (attempts as readonly unknown[]) : undefined
  const deathsOf = Array.isArray(deaths) ? (deaths as readonly unknown[]) : undefined
  const jobs: Reserved[] = []
  for (let at = 4; at < reply.length; ) {
    const queue = String(reply[at])
    const end = at + 2 + Number(reply[at + 1])
    for (at += 2; at < end; at++) {
      const index = jobs.length
      jobs.push({
        slot: freeSlots[index] as number,
        token,
        queue,
        failures: Number(failuresOf?.[index] ?? 0),
        deaths: Number(deathsOf?.[index] ?? 0),
        payload: String(reply[at]),
      })
    }
  }
  return jobs
}

/** Resolves to null when the hand is not as the process left it: nothing was done. */
export async function exchangeQuickly(
  store: Store,
  keepSeconds: number,
  holder: Holder,
  exchange: QuickExchange,
): Promise<Exchanged | null> {
  const keys = keysOf(store, holder, exchange.queues)
  const args = argsOf(store, keepSeconds, holder, exchange)
  const reply = replyList(await quickScript.run(store.redis, keys, args))
  if (reply.length === 1) return null
  const token = `${holder.token}.${exchange.reservation}`
  return {
    redisNowMs: Number(reply[0]),
    registered: true,
    opensInMs: 0,
    refusedSlots: [],
    most: Number(reply[3]),
    jobs: readJobs(reply, token, exchange.freeSlots),
  }
}
