// The two daemons as users start them, in a world of a test's own.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Program, type ProgramOptions, repository, runProgram } from './child.ts'
import type { World } from './world.ts'

export const steeredJobs: string = `${repository}test/fixtures/jobs/cli`

function environmentOf({ url, namespace }: World): Record<string, string> {
  return { REDIS_URL: url, RESQUE_NAMESPACE: namespace }
}

/** A worker with the jobs of test/fixtures/jobs/cli; resolves when it takes jobs. */
export async function startWorker(
  world: World,
  args: readonly string[] = [],
  { env = {} }: Pick<ProgramOptions, 'env'> = {},
): Promise<Program> {
  const queues = args.includes('--queue') ? [] : ['--queue', 'waits,notes']
  const all = [...queues, '--jobs', steeredJobs, ...args]
  const program = runProgram('resque-worker', all, { env: { ...environmentOf(world), ...env } })
  await program.waitForLine(/worker \S+ has started/)
  return program
}

/** A scheduler; resolves when it has made its first pass. */
export async function startScheduler(world: World, args: readonly string[] = []): Promise<Program> {
  const program = runProgram('resque-scheduler', args, { env: environmentOf(world) })
  await program.waitForLine(/scheduler \S+ has started/)
  return program
}

/** A folder that is gone when the test ends. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'resque-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A schedule file in a folder of its own. */
export async function scheduleFile(text: string): Promise<string> {
  const path = join(await freshFolder(), 'schedule.yml')
  await writeFile(path, text)
  return path
}
