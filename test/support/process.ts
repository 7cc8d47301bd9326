// A worker process that the test itself plays, step by step: it joins, reserves, hands in, dies.

import { Roster } from '../../src/daemon/roster.ts'
import type { Exchanged, Holder, Outcome, Reserved } from '../../src/running/running.ts'
import type { World } from './world.ts'

export interface ExchangeParts {
  readonly outcomes?: readonly Outcome[]
  readonly freeSlots?: readonly number[]
  readonly queues?: readonly string[]
  /** All are shown, unless told otherwise. */
  readonly shownSlots?: number
  readonly most?: number
}

export interface QuickParts extends ExchangeParts {
  readonly mostAfterDeaths?: number
  /** The numbers of this call and of the last one, to play calls that come twice or late. */
  readonly reservation?: number
  readonly lastReservation?: number
}

export interface Process {
  readonly holder: Holder
  /** Number of the last call. */
  readonly reservation: number
  /** Hands in outcomes and takes jobs, as a worker does; every call has a number of its own. */
  exchange(parts: ExchangeParts): Promise<Exchanged>
  /** The same by the script that looks at no record. */
  quickly(parts: QuickParts): Promise<Exchanged | null>
  /** Takes up to `count` jobs into slots 1, 2, … */
  take(queue: string, count?: number): Promise<readonly Reserved[]>
  /** The id of a slot's worker. */
  worker(slot: number): string
}

/** Joins the roster. Every call is another process. */
export async function joinProcess({ rooms }: World, queues = 'mail', slots = 3): Promise<Process> {
  const holder = await new Roster(rooms.store).join(queues, slots)
  let reservation = 0
  const exchange = (parts: ExchangeParts): Promise<Exchanged> => {
    const { outcomes = [], freeSlots = [], queues: from = [], ...more } = parts
    return rooms.running.exchange(holder, {
      outcomes,
      freeSlots,
      queues: from,
      reservation: ++reservation,
      ...more,
    })
  }
  const quickly = (parts: QuickParts): Promise<Exchanged | null> => {
    const { outcomes = [], freeSlots = [], queues: from = [], most = freeSlots.length, ...more } = parts
    const numbers = { lastReservation: reservation, reservation: ++reservation }
    const limits = { shownSlots: slots, most, mostAfterDeaths: most }
    const redisNowMs = rooms.store.clock.nowMs()
    const exchange = { outcomes, freeSlots, queues: from, redisNowMs, ...numbers, ...limits, ...more }
    return rooms.running.quickExchange(holder, exchange)
  }
  return {
    holder,
    exchange,
    quickly,
    get reservation() {
      return reservation
    },
    take: async (queue, count = slots) => {
      const freeSlots = Array.from({ length: count }, (_, index) => index + 1)
      return (await exchange({ freeSlots, queues: [queue] })).jobs
    },
    worker: (slot) => (slot === 1 ? holder.workerId : `${holder.workerId}:${slot}`),
  }
}

/** An outcome without a status. */
export function outcome(job: Reserved, kind: 'complete' | 'back' | 'failed' | 'poison' | 'retry'): Outcome {
  if (kind === 'retry') return { kind, job, status: null, dueSeconds: 4_000_000_000 }
  if (kind === 'complete' || kind === 'back') return { kind, job, status: null }
  const failure = ',"exception":"Error","error":"boom","backtrace":[],"worker":"w","queue":"mail"}'
  return { kind, job, status: null, failure }
}

/** The records of the jobs that a process took ahead, by slot. */
export async function recordsAhead({ redis, keys }: World, token: string): Promise<Map<number, string>> {
  const hand = await redis.hgetall(keys.hand(token))
  const slots = Object.keys(hand).filter((field) => /^\d+$/.test(field))
  return new Map(slots.map((slot) => [Number(slot), `${hand[slot]}${hand[`p${slot}`]}}`]))
}
