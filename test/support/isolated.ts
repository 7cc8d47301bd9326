// Workers whose jobs run in processes of their own, and those processes.

import type { Events } from '../../src/events.ts'
import type { WorkerOptions } from '../../src/worker/options.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { ensureBuilt, repository } from './child.ts'
import { eventually } from './eventually.ts'
import { type World, world } from './world.ts'

export const harmfulJobs: string = `${repository}test/fixtures/jobs/isolated`

export interface Isolated extends World {
  readonly isolated: Worker
  /** All lines that jobs logged so far. */
  readonly logged: string[]
  readonly printed: Events['printed'][]
  /** Enqueues a job of test/fixtures/jobs/isolated. */
  enqueue(job: string, ...args: unknown[]): Promise<string>
  /** The id of the process that performs a job, which logs `pid <id>`. */
  pidOf(index?: number): Promise<number>
}

/** Starts a worker; its processes come from dist, which is built first. */
export async function isolated(options: Partial<WorkerOptions> = {}): Promise<Isolated> {
  ensureBuilt()
  const here = world()
  const places = { queues: 'q', jobFiles: harmfulJobs, isolation: 'process' } as const
  const worker = here.worker({ ...places, concurrency: 2, killGraceSeconds: 0.1, ...options })
  const [logged, printed]: [string[], Events['printed'][]] = [[], []]
  worker.on('logged', ({ line }) => logged.push(line))
  worker.on('printed', (event) => printed.push(event))
  await worker.start()
  const pidOf = async (index = 0): Promise<number> => {
    const pids = (): string[] => logged.filter((line) => line.startsWith('pid '))
    await eventually(() => {
      if (pids().length <= index) throw new Error(`only ${pids().length} jobs have begun`)
    })
    return Number(pids()[index]?.slice(4))
  }
  const enqueue = async (job: string, ...args: unknown[]): Promise<string> =>
    String(await here.resque.enqueueTo('q', job, ...args))
  return { ...here, isolated: worker, logged, printed, enqueue, pidOf }
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
