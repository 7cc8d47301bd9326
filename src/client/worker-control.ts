// Telling worker processes of ours what to do, from wherever Redis can be reached.

import { randomBytes } from 'node:crypto'
import { deadAfterMs } from '../daemon/heart.ts'
import { Orders, type OrderVerb } from '../daemon/orders.ts'
import { InvalidArgumentError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import type { Rooms } from '../rooms.ts'
import type { Orphans } from '../running/running.ts'
import { jobInHand, type Registered, readProcesses, type WorkerProcess } from './worker-processes.ts'

/**
 * Which worker processes: one by its worker id or as `host:pid`, all children of a master by the `host:pid` of the master,
 * those of a host, or all.
 */
export type WorkerTarget = string | { readonly host: string } | { readonly all: true }

export interface RemoveOptions {
  /** Also a worker that shows signs of life. */
  readonly force?: boolean
}

/** What became of the job, or jobs, that a removed worker had in hand. */
export type Removed = Pick<Orphans, 'requeued' | 'failed'>

/** Ruby's workers give a sign of life every minute. */
const foreignBeatMs = 120_000
const mostProcesses = 512

function placeOf(host: string, pid: number): string {
  return `${host}:${pid}`
}

interface Choice {
  readonly chosen: readonly Registered[]
  /** Whether whole masters are meant. */
  readonly scope: 'process' | 'fleet'
}

function byName(name: string, all: readonly Registered[]): Choice {
  const named = all.find(
    ({ process: { id, slots, host, pid } }) =>
      name === id || name === placeOf(host, pid) || (name.startsWith(`${id}:`) && slots > 1),
  )
  if (named !== undefined) return { chosen: [named], scope: 'process' }
  const children = all.filter(
    ({ process: { master, host } }) => master !== null && name === placeOf(host, master.pid),
  )
  return { chosen: children, scope: 'fleet' }
}

/** @throws InvalidArgumentError when the target names nobody */
function choose(target: WorkerTarget, all: readonly Registered[]): Choice {
  const isObject = typeof target === 'object' && target !== null
  if (isObject && 'all' in target && target.all === true) return { chosen: all, scope: 'fleet' }
  if (isObject && 'host' in target) {
    const chosen = all.filter(({ process }) => process.host === target.host)
    if (chosen.length > 0) return { chosen, scope: 'fleet' }
    const guess = didYouMean(target.host, new Set(all.map(({ process }) => process.host)))
    const why = `no worker is registered on the host ${JSON.stringify(target.host)}.${guess}`
    throw new InvalidArgumentError('target', target, `${why} resque.workers.processes() lists them.`)
  }
  const choice = byName(String(target), all)
  if (choice.chosen.length > 0) return choice
  const guess = didYouMean(
    String(target),
    all.map(({ process }) => process.id),
  )
  const why = `there is no worker ${JSON.stringify(target)}.${guess}`
  const cure = 'Name one as resque.workers.processes() does, or give { host } or { all: true }.'
  throw new InvalidArgumentError('target', target, `${why} ${cure}`)
}

export class WorkerControl {
  readonly #rooms: Rooms
  readonly #orders: Orders
  constructor(rooms: Rooms) {
    this.#rooms = rooms
    this.#orders = new Orders(rooms.store)
  }

  processes(): Promise<readonly Registered[]> {
    return readProcesses(this.#rooms.store)
  }

  async find(id: string): Promise<WorkerProcess | null> {
    const { chosen, scope } = byName(id, await this.processes())
    return scope === 'process' ? (chosen[0]?.process ?? null) : null
  }

  /** Resolves to the ids of the processes that were told. */
  async order(
    verb: OrderVerb,
    target: WorkerTarget,
    { finish = false, processes = 0 }: { readonly finish?: boolean; readonly processes?: number } = {},
  ): Promise<string[]> {
    const { chosen, scope } = choose(target, await this.processes())
    this.#checkOurs(target, chosen)
    const told = chosen.filter(({ token, process }) => token !== null && (verb !== 'scale' || process.master))
    if (verb === 'scale' && told.length === 0) {
      const why = `${JSON.stringify(target)} has no master, so its number cannot be changed`
      throw new InvalidArgumentError('target', target, `${why}. Start it with resque-worker --processes.`)
    }
    const order = {
      id: randomBytes(8).toString('hex'),
      verb,
      scope: verb === 'scale' ? 'fleet' : scope,
      finish,
      processes,
    } as const
    const idOf = new Map(told.map(({ token, process }) => [token ?? '', process.id]))
    const tokens = await this.#orders.give(order, [...idOf.keys()], deadAfterMs)
    return tokens.map((token) => idOf.get(token) ?? token)
  }

  /** @throws InvalidArgumentError for one worker of another system, which would not hear */
  #checkOurs(target: WorkerTarget, chosen: readonly Registered[]): void {
    if (typeof target !== 'string' || chosen.some(({ token }) => token !== null)) return
    const why = `${target} is a worker of another system, which hears nobody through Redis`
    throw new InvalidArgumentError(
      'target',
      target,
      `${why}. Send a signal to its process (USR2, CONT, QUIT).`,
    )
  }

  /** @throws InvalidArgumentError for a number that cannot be right, or when the target has no master */
  scale(target: WorkerTarget, processes: number): Promise<string[]> {
    if (Number.isInteger(processes) && processes >= 1 && processes <= mostProcesses)
      return this.order('scale', target, { processes })
    const why = `the number of processes must be a whole number from 1 to ${mostProcesses}, got ${String(processes)}.`
    throw new InvalidArgumentError('processes', processes, `${why} To have none, stop the target.`)
  }

  /** @throws InvalidArgumentError for a worker that lives */
  async remove(id: string, { force = false }: RemoveOptions): Promise<Removed | null> {
    const { chosen, scope } = byName(id, await this.processes())
    const [found] = chosen
    if (found === undefined || scope === 'fleet') return null
    const { process, token } = found
    if (!force) await this.#checkDead(process)
    if (token !== null) return this.#bury(token)
    const { redis, keys } = this.#rooms.store
    const record = await redis.get(keys.worker(process.id))
    const removal = await this.#rooms.running.removeForeign(process.id, record)
    if (removal === 'changed') throw this.#lives(process, 'it has just begun another job')
    return removal === 'unknown'
      ? null
      : { requeued: 0, failed: jobInHand(process.id, record) === null ? 0 : 1 }
  }

  async #bury(token: string): Promise<Removed> {
    const { requeued, failed } = await this.#rooms.running.bury(token)
    return { requeued, failed }
  }

  #lives({ id }: WorkerProcess, sign: string): InvalidArgumentError {
    const cure = 'Stop it, or give { force: true } (--force) when you know that it is gone.'
    return new InvalidArgumentError('id', id, `the worker ${id} is not removed: ${sign}. ${cure}`)
  }

  async #checkDead(process: WorkerProcess): Promise<void> {
    const { isOurs, state, beatAt } = process
    const [seconds] = await this.#rooms.store.redis.time()
    const silentMs = beatAt === null ? null : Number(seconds) * 1000 - beatAt.getTime()
    const isAlive = isOurs ? state !== 'dead' : silentMs !== null && silentMs < foreignBeatMs
    if (isAlive)
      throw this.#lives(process, `its last sign of life is ${Math.round((silentMs ?? 0) / 1000)} s old`)
  }
}
