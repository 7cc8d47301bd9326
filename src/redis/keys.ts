// Every Redis key, channel and field name of the project. No other file spells one out. The first part of
// the table is shared with Ruby, PHP and Node Resque; the second part is ours and nobody else reads it.
//
//   key                            type    holds                                     expires
//   queues                         set     names of all queues                       never
//   queue:<q>                      list    payloads, newest at the tail              when empty
//   delayed_queue_schedule         zset    due second, as member and score           when its bucket is empty
//   delayed:<second>               list    payloads due in that second (a bucket)    when empty
//   timestamps:<payload>           set     delayed:<second>; Ruby payloads only      with the job
//   workers                        set     worker ids, one per slot                  when the worker leaves
//   worker:<id>                    string  the job in the slot's hands               when the job ends
//   worker:<id>:started            string  since when                                when the worker leaves
//   workers:heartbeat              hash    worker id -> ISO time of Redis            when the worker leaves
//   failed                         list    failure records, newest at the tail       never
//   stat:processed, stat:failed    string  counters; also with :<worker id>          never; with the worker
//   job:<id>:status                string  php-resque's JSON, see status/record.ts   24 h after the end
//   pause-all-workers              string  "true": no worker reserves                never
//   persistent_schedules           hash    name -> entry JSON                        never
//   delayed:last_enqueued_at       hash    entry name -> time, for Ruby's UI         never
//   <ns>:resque_scheduler_master_lock string  who leads (the namespace stands twice) 15 s
//
//   processes                      zset    worker process token -> last beat, ms     30 s without a beat
//   process_ids                    hash    token -> worker id and number of slots    with the process
//   paused_queues                  set     queues nobody reserves from               on resume
//   attempts, deaths               hash    job -> how often it failed, was orphaned  when the job ends
//   recurring_last:<app>           hash    entry -> planned ms of its last run, or   never
//                                          minus the ms when it was registered
//   recurring_jobs:<app>           hash    entry -> id of its last job               never
//   job:<id>:progress              string  what the running job said of its progress with the job; 24 h
//   job:<id>:log                   list    lines the job logged                      24 h
//   wake (channel)                         name of a queue that was empty and is not any more
//   settled (channel)                      ids of tracked jobs that have just ended, joined by commas

export interface Keys {
  readonly namespace: string
  readonly queues: string
  readonly queuePrefix: string
  readonly schedule: string
  readonly bucketPrefix: string
  readonly timestampsPrefix: string
  readonly workers: string
  readonly workerPrefix: string
  readonly heartbeats: string
  readonly failed: string
  readonly processed: string
  readonly failedCount: string
  readonly jobPrefix: string
  readonly pauseAll: string
  readonly pausedQueues: string
  readonly processes: string
  readonly processIds: string
  readonly attempts: string
  readonly deaths: string
  readonly lastEnqueuedAt: string
  readonly persistentSchedules: string
  readonly leader: string
  readonly wake: string
  readonly settled: string
  queue(name: string): string
  /** The list of jobs due in one second. */
  bucket(dueSeconds: number): string
  status(id: string): string
  progress(id: string): string
  jobLog(id: string): string
  worker(id: string): string
  workerStarted(id: string): string
  recurringLast(appName: string): string
  recurringJobs(appName: string): string
}

/** What follows `jobPrefix` and a job's id in the key of its status. */
export const statusSuffix = ':status'

function stations(at: (key: string) => string) {
  return {
    queues: at('queues'),
    queuePrefix: at('queue:'),
    schedule: at('delayed_queue_schedule'),
    bucketPrefix: at('delayed:'),
    timestampsPrefix: at('timestamps:'),
    failed: at('failed'),
    pauseAll: at('pause-all-workers'),
    pausedQueues: at('paused_queues'),
    attempts: at('attempts'),
    deaths: at('deaths'),
    lastEnqueuedAt: at('delayed:last_enqueued_at'),
    persistentSchedules: at('persistent_schedules'),
    queue: (name: string) => at(`queue:${name}`),
    bucket: (dueSeconds: number) => at(`delayed:${dueSeconds}`),
    recurringLast: (appName: string) => at(`recurring_last:${appName}`),
    recurringJobs: (appName: string) => at(`recurring_jobs:${appName}`),
  }
}

function processes(at: (key: string) => string) {
  return {
    workers: at('workers'),
    workerPrefix: at('worker:'),
    heartbeats: at('workers:heartbeat'),
    processed: at('stat:processed'),
    failedCount: at('stat:failed'),
    processes: at('processes'),
    processIds: at('process_ids'),
    worker: (id: string) => at(`worker:${id}`),
    workerStarted: (id: string) => at(`worker:${id}:started`),
  }
}

function jobs(at: (key: string) => string) {
  return {
    jobPrefix: at('job:'),
    status: (id: string) => at(`job:${id}${statusSuffix}`),
    progress: (id: string) => at(`job:${id}:progress`),
    jobLog: (id: string) => at(`job:${id}:log`),
  }
}

/** All names below one namespace, `resque` unless configured. */
export function keysOf(namespace: string): Keys {
  const at = (key: string): string => `${namespace}:${key}`
  return {
    namespace,
    // Ruby adds the namespace itself, and redis-namespace adds it once more (wire format, master lock).
    leader: at(at('resque_scheduler_master_lock')),
    wake: at('wake'),
    settled: at('settled'),
    ...stations(at),
    ...processes(at),
    ...jobs(at),
  }
}
