// Writes that count only when replicas have them, too. A WAIT goes over the same connection right after the
// script; on a Cluster, to the same node. Without the option nothing of this runs.

import type { Cluster, Redis } from 'ioredis'
import { InvalidArgumentError, UnconfirmedError } from '../errors.ts'
import { defaultCommandTimeoutMs } from './defaults.ts'
import { rawError } from './trouble.ts'

export interface Durability {
  /** How many replicas must have a write before it counts. */
  readonly replicas: number
  /** How long they are waited for, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number
}

export type ScriptCall = readonly [
  command: 'evalsha' | 'eval',
  script: string,
  keyCount: number,
  ...words: (string | number | Buffer)[],
]

/** Runs a script, and rejects when its writes were not confirmed. */
export type Writer = (call: ScriptCall) => Promise<unknown>

const defaultTimeoutMs = 1_000
const writers = new WeakMap<Redis, Writer>()

/** How the scripts of this client are run; undefined when nothing has to be confirmed. */
export function writerOf(redis: Redis): Writer | undefined {
  return writers.get(redis)
}

function checkNumber(name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value
  const why = `durability.${name} must be a whole number from 1 to ${most}, got ${JSON.stringify(value)}.`
  throw new InvalidArgumentError(`durability.${name}`, value, why)
}

/** @throws InvalidArgumentError for numbers that cannot be right */
export function checkDurability(
  { replicas, timeoutMs = defaultTimeoutMs }: Durability,
  commandTimeoutMs: number = defaultCommandTimeoutMs,
): Required<Durability> {
  // WAIT is a command, too: it has to end before it counts as lost.
  const most = Math.max(1, commandTimeoutMs - 1)
  return {
    replicas: checkNumber('replicas', replicas, 1_000),
    timeoutMs: checkNumber('timeoutMs', timeoutMs, most),
  }
}

function unconfirmed(where: string, got: number, { replicas, timeoutMs }: Required<Durability>): Error {
  const cure = 'Look at the replicas, and whether the write is there, before you repeat it.'
  return new UnconfirmedError(
    got,
    replicas,
    `Redis at ${where} has made a write that ${got} of ${replicas} replicas confirmed within ${timeoutMs} ms: it may be lost if this server fails now. ${cure}`,
  )
}

/** One WAIT stands for all that was written before it: those of one turn of the event loop share it. */
function singleWriter(
  redis: Redis,
  { replicas, timeoutMs }: Required<Durability>,
): (call: ScriptCall) => Promise<[unknown, number]> {
  let next: Promise<number> | undefined
  const confirmations = (): Promise<number> => {
    next ??= Promise.resolve().then(() => {
      next = undefined
      return redis.wait(replicas, timeoutMs)
    })
    return next
  }
  return async ([command, ...words]) => {
    const written = redis[command](...words)
    const [reply, count] = await Promise.all([written, confirmations()])
    return [reply, count]
  }
}

const mostMoves = 4

/** A pipeline stays on one node. It is not sent on when its slot has moved; nothing was written then. */
function clusterWriter(
  redis: Redis,
  { replicas, timeoutMs }: Required<Durability>,
): (call: ScriptCall) => Promise<[unknown, number]> {
  const once = async ([command, ...words]: ScriptCall): Promise<[unknown, number]> => {
    const results = await redis
      .pipeline()
      [command](...words)
      .wait(replicas, timeoutMs)
      .exec()
    const [written, waited] = results ?? []
    const failure = written?.[0] ?? waited?.[0]
    if (failure) throw failure
    return [written?.[1], Number(waited?.[1])]
  }
  return async (call) => {
    for (let moves = 0; ; moves++) {
      try {
        return await once(call)
      } catch (error) {
        const raw = rawError(error)
        if (moves === mostMoves || !(raw instanceof Error && raw.message.startsWith('MOVED '))) throw error
        // A plain command is sent on, and so tells ioredis where the slot is now.
        await redis.exists(String(call[3]))
      }
    }
  }
}

/** From now on scripts run on this client wait for replicas. */
export function confirmWrites(
  redis: Redis | Cluster,
  where: string,
  durability: Required<Durability>,
  explain: (error: unknown) => Error,
): void {
  const client = redis as Redis
  const write = (redis.isCluster ? clusterWriter : singleWriter)(client, durability)
  writers.set(client, async (call) => {
    const [reply, confirmed] = await write(call).catch((error: unknown) => {
      throw explain(error)
    })
    if (confirmed < durability.replicas) throw unconfirmed(where, confirmed, durability)
    return reply
  })
}
