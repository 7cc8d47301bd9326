// Examines everything that Redis holds of Resque, tells what is wrong with it, and puts it right when asked to.

import type { Rooms } from '../rooms.ts'
import { type DoctorOptions, Examination, type Finding } from './examination.ts'
import { checkIndexes } from './indexes.ts'
import { checkLocks } from './locks.ts'
import { checkClocks, checkRecurring } from './recurring.ts'
import { Seen } from './seen.ts'
import { checkClock, checkServerFacts } from './server.ts'
import { checkKeys, checkOverdue, checkTimestamps } from './stations.ts'
import { checkStatuses } from './statuses.ts'
import { buryDeadSlots, checkWorkers } from './workers.ts'

export interface Diagnosis {
  /** Nothing was found, or all of it was put right. */
  readonly healthy: boolean
  readonly findings: readonly Finding[]
  /** How many keys of Resque, and how many jobs in queues and in the delayed set, were looked at. */
  readonly keys: number
  readonly jobs: number
}

/** A key of another type is told of as a finding; what needs it is left out. */
async function unlessWrongType(check: Promise<unknown>): Promise<void> {
  try {
    await check
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('WRONGTYPE'))) throw error
  }
}

async function run(exam: Examination): Promise<void> {
  // Jobs of the last seconds are in the middle of things.
  const redisMs = await checkClock(exam)
  const redisSeconds = Math.floor(redisMs / 1000)
  const seen = new Seen()
  await checkServerFacts(exam)
  const { lists, apps, hasStatuses, hasIndexes } = await checkKeys(exam, seen, redisSeconds)
  await unlessWrongType(checkTimestamps(exam))
  await unlessWrongType(checkOverdue(exam, redisSeconds))
  await unlessWrongType(checkWorkers(exam, redisMs))
  await unlessWrongType(checkLocks(exam, apps))
  await unlessWrongType(checkRecurring(exam, apps, redisMs))
  await unlessWrongType(checkClocks(exam, redisMs))
  if (hasIndexes) await checkIndexes(exam, seen)
  if (hasStatuses) await unlessWrongType(checkStatuses(exam, { seen, lists, startSeconds: redisSeconds - 5 }))
  await exam.judge()
  await unlessWrongType(buryDeadSlots(exam))
}

/**
 * Examines a namespace: `await examine(resque)`. It reads in small steps, beside whatever else is going on, and
 * writes nothing unless `fix` is given; each repair looks once more and writes in one step.
 * @throws RedisError when Redis cannot be reached or refuses us
 */
export async function examine(
  { rooms }: { readonly rooms: Rooms },
  options: DoctorOptions = {},
): Promise<Diagnosis> {
  const exam = new Examination(rooms, options)
  await run(exam)
  const findings = exam.findings()
  const healthy = findings.every(({ count, repaired }) => repaired >= count)
  return { healthy, findings, keys: exam.keys, jobs: exam.jobs }
}
