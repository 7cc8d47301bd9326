// For each finding that is a suspicion until a script has looked: the script that looks once more and, when asked
// to, puts it right in the same step.

import { failedAt } from '../job/wire-times.ts'
import { defineScript, type Script, type ScriptArgument } from '../redis/script.ts'
import type { Store } from '../redis/store.ts'
import type { FindingCode } from './findings.ts'

export interface Remedy {
  readonly script: Script
  keys(store: Store): string[]
  /** The script's arguments after the first, 'fix' or 'look'. */
  args(store: Store): ScriptArgument[]
}

/** A day: how long what the doctor ends is still shown. */
const keepSeconds = 86_400
/** A hint is stale so long after its second. */
export const staleAfterSeconds = 86_400
/** What an endless lock is given: Ruby's own time. */
const lockSeconds = 180

const schedule = ({ keys }: Store): string[] => [keys.schedule]
const script = (name: string): Script => defineScript(new URL(`./${name}.lua`, import.meta.url))
const indexArgs = ({ keys }: Store): string[] => [keys.timestampsPrefix, keys.bucketPrefix]
const bucketArgs = ({ keys }: Store): string[] => [keys.bucketPrefix]

const lockScript = script('scheduler-lock')
const lockKeys = ({ keys }: Store): string[] => [keys.leader]

const nowhere: Remedy = {
  script: script('status-nowhere'),
  keys: ({ keys }) => [keys.workers, keys.processIds],
  args: ({ keys, scriptNow }) => [
    ...[scriptNow(), keys.queuePrefix, keys.jobPrefix, keys.workerPrefix],
    ...[keepSeconds, keys.settled, keys.handPrefix],
  ],
}

export type SuspectCode =
  | 'index_without_job'
  | 'job_without_index'
  | 'stale_hints'
  | 'bucket_without_timestamp'
  | 'timestamp_without_bucket'
  | 'unnamed_queue'
  | 'unreadable_payload'
  | 'running_nowhere'
  | 'waiting_nowhere'
  | 'unique_without_expiry'
  | 'dead_slots'
  | 'lock_without_expiry'
  | 'dead_leader'

const remedies: Readonly<Record<SuspectCode & FindingCode, Remedy>> = {
  index_without_job: { script: script('index-without-job'), keys: schedule, args: indexArgs },
  job_without_index: { script: script('job-without-index'), keys: schedule, args: indexArgs },
  stale_hints: {
    script: script('stale-hints'),
    keys: schedule,
    args: ({ keys, scriptNow }) => [scriptNow(), keys.bucketPrefix, staleAfterSeconds],
  },
  bucket_without_timestamp: { script: script('bucket-without-timestamp'), keys: schedule, args: bucketArgs },
  timestamp_without_bucket: { script: script('timestamp-without-bucket'), keys: schedule, args: bucketArgs },
  unnamed_queue: {
    script: script('unnamed-queue'),
    keys: ({ keys }) => [keys.queues],
    args: ({ keys }) => [keys.queuePrefix],
  },
  unreadable_payload: {
    script: script('unreadable-payload'),
    keys: ({ keys }) => [keys.failed, keys.schedule],
    args: ({ clock }) => [failedAt(clock.nowMs())],
  },
  running_nowhere: nowhere,
  waiting_nowhere: nowhere,
  dead_slots: {
    script: script('dead-slot'),
    keys: ({ keys }) => [keys.processes, keys.processIds, keys.workers],
    args: ({ keys }) => [keys.workerPrefix],
  },
  lock_without_expiry: { script: lockScript, keys: lockKeys, args: () => ['expire', lockSeconds] },
  unique_without_expiry: { script: lockScript, keys: lockKeys, args: () => ['expire', keepSeconds] },
  dead_leader: { script: lockScript, keys: lockKeys, args: () => ['release', lockSeconds] },
}

/** Looks at suspects once more, and puts right what is wrong when `fix` says so. @returns for each whether it was wrong */
export async function lookAgain(
  store: Store,
  code: SuspectCode,
  groups: readonly (readonly ScriptArgument[])[],
  fix: boolean,
): Promise<boolean[]> {
  const remedy = remedies[code]
  const args = [fix ? 'fix' : 'look', ...remedy.args(store), ...groups.flat()]
  const reply = await remedy.script.run(store.redis, remedy.keys(store), args)
  return (reply as readonly unknown[]).map((wrong) => wrong === 1)
}
