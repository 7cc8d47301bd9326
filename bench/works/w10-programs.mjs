// W10: the two programs: what they weigh when idle, and how soon the scheduler has moved its first job.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openRedis } from '../redis.mjs'
import { residentMb } from './w05-idle.mjs'

const bin = (name) => fileURLToPath(new URL(`../../bin/${name}.js`, import.meta.url))
const job = 'export class SendEmail { static queue = "mail"; perform() {} }\n'

function startNode(args, folder) {
  return spawn(process.execPath, args, { stdio: 'ignore', cwd: folder })
}

async function idleMb(args, folder) {
  const program = startNode(args, folder)
  await sleep(4_000)
  if (program.exitCode !== null) throw new Error(`${args.join(' ')} ended with code ${program.exitCode}`)
  const mb = residentMb(program.pid)
  program.kill('SIGKILL')
  return mb
}

/** From the start of the program until the job that is due is in its queue. */
async function firstPromoteMs(redis, args, folder) {
  const due = Math.floor(Date.now() / 1000) - 1
  await redis.del('resque:resque_scheduler_master_lock', 'resque:resque:resque_scheduler_master_lock')
  await redis.rpush(`resque:delayed:${due}`, '{"class":"SendEmail","args":[1],"queue":"mail"}')
  await redis.zadd('resque:delayed_queue_schedule', due, due)
  const startedMs = performance.now()
  const program = startNode(args, folder)
  const deadlineMs = startedMs + 20_000
  while ((await redis.llen('resque:queue:mail')) === 0) {
    if (performance.now() > deadlineMs) throw new Error('nothing was promoted for 20 s')
    await sleep(2)
  }
  const ms = performance.now() - startedMs
  program.kill('SIGKILL')
  return ms
}

const lower = (title, unit, budget) => ({ title, unit, better: 'lower', ...budget })

export const work = {
  id: 'W10',
  title: 'The programs: memory and start',
  note: 'Resident memory above a Node process that only waits.',
  cases: [
    {
      name: 'idle programs',
      subject: 'ours',
      systems: ['ours'],
      metrics: {
        schedulerMb: lower('resque-scheduler above bare Node', 'MB', { atMost: 60 }),
        workerMb: lower('resque-worker above bare Node', 'MB', { atMost: 60 }),
        bareMb: lower('bare Node', 'MB'),
        firstPromoteMs: lower('from start to the first job promoted', 'ms', { atMost: 400 }),
      },
    },
  ],
  async run({ port }) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-jobs-'))
    writeFileSync(join(folder, 'send-email.mjs'), job)
    const redis = openRedis(port)
    const url = ['--redis', `redis://127.0.0.1:${port}`]
    const worker = [bin('resque-worker'), ...url, '--queue', 'mail', '--jobs', folder]
    try {
      const firstMs = await firstPromoteMs(redis, [bin('resque-scheduler'), ...url], folder)
      await redis.flushall()
      const bareMb = await idleMb(['-e', 'setTimeout(() => {}, 60000)'], folder)
      const schedulerMb = (await idleMb([bin('resque-scheduler'), ...url], folder)) - bareMb
      const workerMb = (await idleMb(worker, folder)) - bareMb
      return { schedulerMb, workerMb, bareMb, firstPromoteMs: firstMs }
    } finally {
      redis.disconnect()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
