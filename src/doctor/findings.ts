// What the doctor can find, in words: a stable code for programs, and for people what it is, why it matters and
// how it is put right. docs/doctor.md shows the same table.

/** How a finding is told of, whatever its number. */
export interface Words {
  readonly what: string
  readonly why: string
  readonly repair: string
  /** Whether `--fix` can put it right. */
  readonly fixable: boolean
}

const fixable = true
const byHand = false

const ofDelayed = {
  index_without_job: {
    what: "entries of Ruby's index that name a job which is not delayed there",
    why: 'Ruby takes these jobs to be delayed: delayed? answers true, and the keys stay for ever.',
    repair: 'the entries are taken out of timestamps:<payload>',
    fixable,
  },
  job_without_index: {
    what: "delayed jobs in Ruby's form that are not in Ruby's index",
    why: 'They run in time, but remove_delayed, delayed? and scheduled_at of Ruby do not find them. PHP writes none.',
    repair: 'they are noted in timestamps:<payload>',
    fixable,
  },
  stale_hints: {
    what: 'hints where a job is delayed, for seconds that were over more than a day ago',
    why: 'They only cost memory. A scheduler clears them when it has promoted jobs: does one run?',
    repair: 'the hints are taken out of delayed_index:*',
    fixable,
  },
  bucket_without_timestamp: {
    what: 'seconds with delayed jobs that are not in delayed_queue_schedule',
    why: 'No scheduler looks there: these jobs would never run.',
    repair: 'the seconds are added to delayed_queue_schedule',
    fixable,
  },
  timestamp_without_bucket: {
    what: 'seconds in delayed_queue_schedule without a delayed job',
    why: 'They do no harm, but are counted. Ruby leaves them behind when it removes delayed jobs.',
    repair: 'the seconds are taken out of delayed_queue_schedule',
    fixable,
  },
  overdue_delayed: {
    what: 'seconds whose delayed jobs are due for over a minute and not in their queues',
    why: 'No scheduler promotes them: it does not run, stands by for another system, or cannot keep up.',
    repair: 'start resque-scheduler, or see why the leader does not work (its log, and the locks below)',
    fixable: byHand,
  },
} as const

const ofJobs = {
  unreadable_payload: {
    what: 'entries of queues and delayed jobs that are no job',
    why: "Ruby's worker or scheduler ends when it meets one; ours puts it on the failed list.",
    repair: 'they are moved to the failed list, with the reason',
    fixable,
  },
  unnamed_queue: {
    what: 'queues with jobs whose name is not in the set of queues',
    why: 'Workers for "*" or a glob do not see them, and no list of queues shows them.',
    repair: 'the name is added to the set of queues',
    fixable,
  },
  php_dequeue_leftover: {
    what: 'temporary lists that a PHP dequeue has left behind',
    why: 'PHP moves a queue through them: jobs in there after a crash are in no queue.',
    repair: 'when no PHP process is dequeuing: RENAME or RPOPLPUSH the list back to its queue',
    fixable: byHand,
  },
  running_nowhere: {
    what: 'statuses that say "running" although no worker has the job in hand',
    why: 'The worker died and its record is gone (PHP deletes it): the job was not finished, and nobody is told.',
    repair: 'the status becomes "failed", with the reason, and ends after a day',
    fixable,
  },
  waiting_nowhere: {
    what: 'statuses that say "waiting" although the job is in no queue and in no hands',
    why: 'A Ruby or Node worker performed it (they write no status), or its queue was removed. They stay for ever.',
    repair: 'the status is kept for another day and then ends',
    fixable,
  },
  unique_without_expiry: {
    what: 'keys of unique jobs that never free themselves',
    why: 'No other job of this key can be enqueued as long as time alone is to free it.',
    repair: 'they end after a day, unless they are renewed',
    fixable,
  },
  wrong_type: {
    what: 'keys of Resque that hold another type of value',
    why: 'Every program that uses them fails with WRONGTYPE: another program uses the same namespace.',
    repair: 'find out who wrote the key; rename or remove it, or use another namespace',
    fixable: byHand,
  },
} as const

const ofProcesses = {
  dead_processes: {
    what: 'worker processes that have not beaten for over 30 seconds',
    why: 'Their jobs are in the hands of the dead until a living worker puts them back.',
    repair: 'their jobs go back to the head of their queues, and they are taken off the list',
    fixable,
  },
  dead_slots: {
    what: 'registered workers of ours that belong to no process',
    why: 'They look like workers that never end, and a job in their hands would never come back.',
    repair: 'a job in hand goes back to the head of its queue, and the worker is taken off the list',
    fixable,
  },
  dead_foreign_workers: {
    what: 'workers of Ruby, PHP or Node that are dead by the rules of those systems',
    why: 'Ruby moves their jobs to the failed list when a Ruby worker starts; until then they look busy.',
    repair:
      'start a worker of that system, or unregister them there (Resque.workers.each(&:prune_dead_workers))',
    fixable: byHand,
  },
  lock_without_expiry: {
    what: "schedulers' locks that never end",
    why: 'When their holder dies no other scheduler takes over: nothing is promoted or fired any more.',
    repair: 'the lock ends after 180 seconds, unless its holder renews it',
    fixable,
  },
  dead_leader: {
    what: "schedulers' locks whose holder was a process of this machine that is gone",
    why: 'Nothing is promoted or fired until the lock ends.',
    repair: 'the lock of a scheduler of ours is given up; that of another system ends by itself',
    fixable,
  },
  two_schedulers: {
    what: 'a node-resque scheduler leads beside one of Ruby or ours',
    why: 'They do not know the same lock: jobs that both promote are lost or run twice.',
    repair: 'stop one of them',
    fixable: byHand,
  },
  overdue_recurring: {
    what: 'recurring entries whose planned time was over a minute ago',
    why: 'No scheduler fires them: it does not run, or does not get the lock.',
    repair: 'start resque-scheduler with their schedule, or see why the leader does not work',
    fixable: byHand,
  },
  clock_skew: {
    what: 'clocks that are apart from that of Redis',
    why: 'What is due is decided by the clock of Redis; Ruby and PHP go by their own, and run jobs early or late.',
    repair: 'synchronise the machines by NTP',
    fixable: byHand,
  },
} as const

const ofServer = {
  eviction_policy: {
    what: 'Redis may evict keys when its memory is full',
    why: 'Jobs, locks and statuses would vanish without a word.',
    repair: 'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf',
    fixable: byHand,
  },
  memory_nearly_full: {
    what: 'Redis has used over 90 % of maxmemory',
    why: 'At 100 % it refuses every write: nothing can be enqueued or finished.',
    repair: 'raise maxmemory, or remove data (resque failed trim)',
    fixable: byHand,
  },
  no_persistence: {
    what: 'Redis keeps nothing on disk: neither an append-only file nor snapshots',
    why: 'All jobs are lost when it restarts.',
    repair: 'CONFIG SET appendonly yes, and the same in redis.conf',
    fixable: byHand,
  },
  redis_too_old: {
    what: 'Redis is older than 6.2.0',
    why: 'Scripts use commands that it does not have.',
    repair: 'upgrade the server',
    fixable: byHand,
  },
  replica: {
    what: 'this is a replica, not the primary',
    why: 'It refuses writes, or loses them with the next synchronisation.',
    repair: 'let the URL lead to the primary, or use Sentinel',
    fixable: byHand,
  },
} as const

/** Stable names, for programs. */
export type FindingCode =
  | 'eviction_policy'
  | 'memory_nearly_full'
  | 'no_persistence'
  | 'redis_too_old'
  | 'replica'
  | 'dead_processes'
  | 'dead_slots'
  | 'dead_foreign_workers'
  | 'lock_without_expiry'
  | 'dead_leader'
  | 'two_schedulers'
  | 'overdue_recurring'
  | 'clock_skew'
  | 'index_without_job'
  | 'job_without_index'
  | 'stale_hints'
  | 'bucket_without_timestamp'
  | 'timestamp_without_bucket'
  | 'overdue_delayed'
  | 'unreadable_payload'
  | 'unnamed_queue'
  | 'php_dequeue_leftover'
  | 'running_nowhere'
  | 'waiting_nowhere'
  | 'unique_without_expiry'
  | 'wrong_type'

/** Every finding by its code, in the order in which they are told. */
export const findings: Readonly<Record<FindingCode, Words>> = {
  ...ofServer,
  ...ofProcesses,
  ...ofDelayed,
  ...ofJobs,
}

export const findingCodes: readonly FindingCode[] = Object.keys(findings) as FindingCode[]
