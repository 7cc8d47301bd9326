// What a soak must show: every job has ended exactly once, memory and lateness do not grow.

import { spread } from '../statistics.mjs'
import { countFates, missingRuns } from './ledger.mjs'
import { runsEveryMs } from './load.mjs'
import { veryLateMs } from './samples.mjs'

const growthWithin = 1.1
const slackMb = 4
/** Redis's memory is small and steady, and told exactly. */
const redisSlackMb = 1
/** A process that has just begun still makes room for itself; in an hour that is long over. */
const settlingSlackMb = 16
const lateWithin = 2
const lateSlackMs = 20
/** On a machine that does other things too, a short run says little of times. */
const shortLateSlackMs = 1_000
const veryLatePercent = 0.1
const shortVeryLatePercent = 25
const shortMs = 10 * 60_000

export const memories = {
  producerMb: 'producer',
  schedulerMb: 'resque-scheduler',
  workerMb: 'resque-worker',
  redisMb: 'Redis',
}

const inQuarter = (samples, lastsMs, quarter) => {
  const from = ((quarter - 1) * lastsMs) / 4
  return samples.filter(({ atMs }) => atMs > from && atMs <= from + lastsMs / 4)
}

const middle = (samples, key) => spread(samples.map((sample) => sample[key] ?? Number.NaN))?.median

function percentVeryLate(samples) {
  const sum = (key) => samples.reduce((total, sample) => total + sample[key], 0)
  return (100 * sum('veryLate')) / (sum('jobs') || 1)
}

/** -> [{ title, unit, second, last, allowed, kept }], of the second and the last quarter; memory and p99 are medians */
export function growthVerdicts(samples, lastsMs) {
  const isShort = lastsMs < shortMs
  const [before, after] = [inQuarter(samples, lastsMs, 2), inQuarter(samples, lastsMs, 4)]
  const judge = (key, title, unit, factor, slack) => {
    const [second, last] = [middle(before, key), middle(after, key)]
    const allowed = second * factor + slack
    return { title, unit, second, last, allowed, kept: last <= allowed }
  }
  const processSlackMb = isShort ? settlingSlackMb : slackMb
  const memory = Object.entries(memories).map(([key, name]) =>
    judge(key, `memory of ${name}`, 'MB', growthWithin, key === 'redisMb' ? redisSlackMb : processSlackMb),
  )
  const lateness = judge('p99Ms', 'lateness, p99', 'ms', lateWithin, isShort ? shortLateSlackMs : lateSlackMs)
  return [...memory, lateness, lateVerdict(before, after, isShort)]
}

function lateVerdict(before, after, isShort) {
  const [second, last] = [percentVeryLate(before), percentVeryLate(after)]
  const allowed = isShort ? shortVeryLatePercent : veryLatePercent
  const title = `jobs more than ${veryLateMs} ms late`
  return { title, unit: '%', second, last, allowed, kept: Math.max(second, last) <= allowed }
}

/** -> { title, wanted, found, kept }: what must be exactly so */
function exactly(title, found, wanted) {
  return { title, wanted, found, kept: found === wanted }
}

/** @param told { bits, again, recurring } of the ledger @param left { waiting, delayed, failed } in Redis */
export function countVerdicts({ added, counts }, told, left) {
  const fates = countFates(told.bits, added)
  const runs = Object.entries(runsEveryMs).map(([entry, everyMs]) =>
    exactly(`missing runs of "${entry}"`, missingRuns(told.recurring[entry] ?? [], everyMs), 0),
  )
  return [
    exactly('completed + cancelled + failed', fates.done + fates.cancelled + fates.failed, added),
    exactly('completed', fates.done, added - counts.cancelled - counts.doomed),
    exactly('cancelled', fates.cancelled, counts.cancelled),
    exactly('failed for good', fates.failed, counts.doomed),
    exactly('failed for good, as Redis counts them', left.failed, counts.doomed),
    exactly('neither completed, cancelled nor failed', fates.lost, 0),
    exactly('ended in two ways', fates.twice, 0),
    exactly('performed again after their end', told.again, 0),
    ...runs,
    exactly('entries of the schedule that have run', Object.keys(told.recurring).length, runs.length),
    exactly('left in queue or delayed set', left.waiting + left.delayed, 0),
  ]
}
