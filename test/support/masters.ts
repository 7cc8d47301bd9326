// resque-worker --processes, and the processes it keeps.

import { expect } from 'vitest'
import type { WorkerProcess } from '../../src/client/worker-processes.ts'
import type { Program } from './child.ts'
import { startWorker } from './daemons.ts'
import { eventually } from './eventually.ts'
import type { World } from './world.ts'

/** Real processes on a machine that is busy with other tests. */
export const patience = { timeoutMs: 20_000, intervalMs: 50 } as const

/** The registered processes of a master, oldest first. */
export async function childrenOf({ resque }: World, { process }: Program): Promise<WorkerProcess[]> {
  const all = await resque.workers.processes()
  const own = all.filter(({ master, state }) => master?.pid === process.pid && state !== 'dead')
  return own.sort((a, b) => Number(a.startedAt) - Number(b.startedAt))
}

/** Waits until exactly so many processes are registered. */
export async function childrenAre(home: World, program: Program, count: number): Promise<WorkerProcess[]> {
  let children: WorkerProcess[] = []
  await eventually(async () => {
    children = await childrenOf(home, program)
    expect(children).toHaveLength(count)
  }, patience)
  return children
}

/** A master; resolves when all its processes take jobs. */
export async function startMaster(
  home: World,
  processes: number,
  args: readonly string[] = [],
): Promise<Program> {
  const program = await startWorker(home, ['--processes', String(processes), ...args])
  await childrenAre(home, program, processes)
  return program
}

/** How many jobs have been performed on this world, by its counter. */
export async function performedOn({ redis, keys }: World): Promise<number> {
  return Number((await redis.get(keys.processed)) ?? 0)
}

/** What workers leave in Redis: nothing, when they have ended well. */
export async function leftBehind(home: World): Promise<string[]> {
  return (await home.allKeys()).filter((key) => /^(worker|process|orders|stat:\w+:)/.test(key))
}

/** kill -9 for one process of a master. */
export function kill9(child: Pick<WorkerProcess, 'pid'> | undefined): void {
  // 0 would be this very process group.
  if (child === undefined || child.pid <= 0) throw new Error('there is no process to kill')
  process.kill(child.pid, 'SIGKILL')
}

/** A signal to a program and whatever it has started, as Ctrl-C and service managers send it. */
export function signalGroup({ process: { pid } }: Program, signal: NodeJS.Signals): void {
  if (pid === undefined) throw new Error('the program was not started')
  process.kill(-pid, signal)
}
