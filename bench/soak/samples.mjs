// What is looked at every few seconds while a soak runs.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { info } from '../redis.mjs'
import { percentile } from '../stopwatch.mjs'

/** A whole second is missed: a scheduler's pass that came too early, a worker that was not woken. */
export const veryLateMs = 500

/** Resident memory of a process, in MB. */
function residentMb(pid) {
  const file = `/proc/${pid}/status`
  const kb = existsSync(file)
    ? /VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kb) / 1024
}

function checkRunning(programs) {
  for (const { name, child, said } of Object.values(programs))
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${name} ended with ${child.signalCode ?? `code ${child.exitCode}`}:\n${said()}`)
}

async function sample({ programs, redis, ledger }) {
  checkRunning(programs)
  const late = await ledger.takeLate()
  const memory = await info(redis, 'memory')
  const named = Object.entries(programs)
  const rss = named.map(([name, { child }]) => [`${name}Mb`, residentMb(child.pid)])
  const heaps = named.map(async ([name, { heapMb }]) => [`${name}HeapMb`, await heapMb()])
  return {
    ...Object.fromEntries(rss),
    ...Object.fromEntries(await Promise.all(heaps)),
    redisMb: Number(memory['used_memory']) / 1_048_576,
    jobs: late.length,
    veryLate: late.filter((ms) => ms > veryLateMs).length,
    p50Ms: late.length === 0 ? null : percentile(late, 0.5),
    p99Ms: late.length === 0 ? null : percentile(late, 0.99),
  }
}

/** Looks every `everyMs` for so long. -> [{ atMs, schedulerMb, schedulerHeapMb, workerMb, …, redisMb, jobs, veryLate, p50Ms, p99Ms }] */
export async function watch(soak, { lastsMs, everyMs, tell }) {
  const startedMs = performance.now()
  const samples = []
  for (let at = everyMs; at <= lastsMs; at += everyMs) {
    await sleep(Math.max(0, startedMs + at - performance.now()))
    samples.push({ atMs: Math.round(performance.now() - startedMs), ...(await sample(soak)) })
    tell(samples.at(-1))
  }
  return samples
}
