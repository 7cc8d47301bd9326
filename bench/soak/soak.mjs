// `npm run bench -- --soak 1h`: a steady mixed load on the real programs. Nothing may grow, no job may be lost or run twice.

import { setTimeout as sleep } from 'node:timers/promises'
import { number, withUnit } from '../metrics.mjs'
import { saveSoak, writePage } from '../page.mjs'
import { installPeers, versions } from '../systems.mjs'
import { startSoak } from './programs.mjs'
import { watch } from './samples.mjs'
import { countVerdicts, growthVerdicts } from './verdicts.mjs'

const drainMs = 60_000

const everyMsOf = (lastsMs) => Math.min(10_000, Math.max(1_000, Math.round(lastsMs / 60)))

async function leftIn(redis) {
  const [waiting, delayed, failed] = await Promise.all([
    redis.llen('resque:queue:soak'),
    redis.zcard('resque:delayed_queue_schedule'),
    redis.get('resque:stat:failed'),
  ])
  return { waiting, delayed, failed: Number(failed ?? 0) }
}

async function until(redis, isSo) {
  const deadlineMs = performance.now() + drainMs
  while (!isSo(await leftIn(redis)) && performance.now() < deadlineMs) await sleep(50)
}

/** The producer ends; then the scheduler, when nothing is delayed (tries again are); then the worker, when nothing waits. */
async function drain({ programs, redis }) {
  const { report } = await programs.producer.ask('stop')
  await sleep(2_000) // a failure of this moment comes back a second later
  await until(redis, ({ delayed, waiting }) => delayed + waiting === 0)
  await programs.scheduler.stop()
  await until(redis, ({ waiting }) => waiting === 0)
  await programs.worker.stop()
  return report
}

async function measure(options) {
  const lastsMs = options.soakMs
  const soak = await startSoak()
  const isShown = process.stderr.isTTY && !options.json
  const tell = ({ atMs, jobs, p99Ms, workerMb }) => {
    if (isShown)
      process.stderr.write(
        `\r\x1b[K${number(atMs / 1000)} s of ${lastsMs / 1000}: ${jobs} jobs, p99 ${p99Ms} ms, worker ${number(workerMb)} MB`,
      )
  }
  try {
    const samples = await watch(soak, { lastsMs, everyMs: everyMsOf(lastsMs), tell })
    if (isShown) process.stderr.write('\r\x1b[K')
    const report = await drain(soak)
    const counted = countVerdicts(report, await soak.ledger.read(), await leftIn(soak.redis))
    const about = { date: new Date().toISOString(), versions: versions(), lastsMs, ...report }
    return { ...about, counted, grown: growthVerdicts(samples, lastsMs), samples }
  } finally {
    await soak.end()
  }
}

const verdict = (kept) => (kept ? 'kept' : 'MISSED')

function shown({ added, counts, lastsMs, counted, grown }) {
  const kinds = Object.entries(counts).map(([kind, count]) => `${number(count)} ${kind}`)
  const lines = [
    '',
    `Soak of ${lastsMs / 1000} s: ${number(added)} jobs (${kinds.join(', ')}) and the recurring`,
  ]
  for (const { title, found, wanted, kept } of counted)
    lines.push(`  ${title.padEnd(44)} ${number(found).padStart(10)} of ${number(wanted)}  ${verdict(kept)}`)
  for (const { title, unit, second, last, allowed, kept } of grown)
    lines.push(
      `  ${title.padEnd(44)} ${withUnit(second, unit).padStart(10)} -> ${withUnit(last, unit)}  ${verdict(kept)} (<= ${withUnit(allowed, unit)})`,
    )
  return lines.join('\n')
}

/** Sets the exit code to 1 when a verdict is missed. @param options as options.mjs reads them */
export async function soak(options) {
  if (options.saves) installPeers()
  const result = await measure(options)
  console.log(options.json ? JSON.stringify(result, null, 1) : shown(result))
  if (options.saves) {
    saveSoak(result)
    await writePage()
  }
  if ([...result.counted, ...result.grown].some(({ kept }) => !kept)) process.exitCode = 1
}
