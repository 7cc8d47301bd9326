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
//   persistent_schedules           hash    name -> entry JSON, of dynamic entries    on remove
//   schedules_changed              set     names of changed dynamic entries          when a leader has read them
//   delayed:last_enqueued_at       hash    entry name -> time, for Ruby's UI         never
//   <ns>:resque_scheduler_master_lock string  who leads (the namespace stands twice) 15 s
//   resque_scheduler_leader_lock   string  node-resque's lock: ours is held with it  15 s
//
//   leader_since:<app>             string  who leads, and since when in ms                15 s
//   leader_wanted                  string  a scheduler that waits for the lock         15 s
//   processes                      zset    worker process token -> last beat, ms     30 s without a beat
//   process_ids                    hash    token -> worker id and number of slots    with the process
//   process_info                   hash    token -> what the process tells of itself with the process
//   hand:<token>                   hash    number of the process's last call, and the with the process
//                                          jobs it took ahead: two fields for each
//   orders:<token>                 list    what the process is told from outside     when it has read them; 60 s
//   unique:<sha1>                  string  id of the job that has the key, since ms    24 h after it was due
//   paused_queues                  set     queues nobody reserves from               on resume
//   delayed_index:<4 digits>       set     integers: where equal jobs may be delayed; swept when they are past
//   delayed_index:unsorted         list    the same of many jobs at once, not yet in these sets: sort-hints.lua
//   asked                          list    due payloads whose class is asked first   when its class has answered
//   attempts, deaths               hash    job -> how often it failed, was orphaned  when the job ends
//   limit:holders:<limit>          zset    who has a place -> when to look, ms; limits.lua when nobody has
//   limit:starts:<limit>           zset    who began within a rate's time -> when, ms  with that time
//   limit:parked:<limit>           list    jobs that wait for a limit, with their queue when empty
//   limit:due                      zset    limit with parked jobs -> when to look, ms when none is parked
//   recurring_last:<app>           hash    entry -> planned ms of its last run, or   30 days after the entry
//                                          minus the ms when it was registered
//   recurring_jobs:<app>           hash    entry -> ids of its last jobs             30 days after the entry
//   recurring_entries:<app>        hash    entry of the file -> JSON, for who asks   with the entry
//   recurring_definitions:<app>    hash    entry -> since when it runs so, and how   30 days after the entry
//   recurring_disabled:<app>       hash    entry -> until when, in ms; 0: for good   on enable
//   recurring_counts:<app>         hash    entry with a limit -> how often it ran    30 days after the entry
//   recurring_history:<app>:<entry> list   its last 100 runs, see history.ts         30 days after the entry
//   recurring_version:<app>        string  counts changes of dynamic entries         never
//   job:<id>:progress              string  what the running job said of its progress with the job; 24 h
//   job:<id>:log                   list    lines the job logged                      24 h
//   worker:<id>:cancels            set     reservations of the process to be cancelled 24 h
//   cancels (channel)                      such a reservation and its slot
//   orders (channel)                       tokens of processes that have orders
//   wake (channel)                         name of a queue that was empty and is not any more,
//                                         or names of many: see include/enqueue.lua
//   recurring_changed:<app> (channel)      version and name of an entry that was changed
//   settled (channel)                      ids of tracked jobs that have just ended, joined by commas

//
// <app> is an application's name, '' unless given. An application with a name has dynamic entries and a lock of
// its own: persistent_schedules:<app>, schedules_changed:<app>, and Ruby's lock with the name as its prefix.

/** The keys of the recurring entries of one application. */
export interface RecurringKeys {
  readonly leader: string
  readonly leaderSince: string
  readonly dynamic: string
  readonly dynamicChanged: string
  readonly last: string
  readonly jobs: string
  readonly entries: string
  readonly definitions: string
  readonly disabled: string
  readonly counts: string
  readonly historyPrefix: string
  readonly version: string
  readonly changed: string
}

export interface Keys {
  readonly namespace: string
  readonly queues: string
  readonly queuePrefix: string
  readonly schedule: string
  readonly bucketPrefix: string
  readonly timestampsPrefix: string
  /** Due jobs whose class is asked before they are enqueued. */
  readonly asked: string
  readonly delayedIndexPrefix: string
  readonly unsortedHints: string
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
  readonly processInfo: string
  readonly ordersPrefix: string
  readonly handPrefix: string
  /** Channel: who has orders. */
  readonly ordered: string
  readonly attempts: string
  readonly deaths: string
  readonly limitPrefix: string
  readonly limitsDue: string
  readonly lastEnqueuedAt: string
  readonly leader: string
  readonly leaderWanted: string
  readonly nodeLeader: string
  readonly wake: string
  readonly cancels: string
  readonly settled: string
  queue(name: string): string
  /** The list of jobs due in one second. */
  bucket(dueSeconds: number): string
  /** The list of jobs that wait for a limit. */
  parked(limit: string): string
  status(id: string): string
  progress(id: string): string
  jobLog(id: string): string
  /** Who has the key of unique jobs; `name` is its SHA-1. */
  unique(name: string): string
  worker(id: string): string
  workerStarted(id: string): string
  /** @param id of the process's first slot */
  workerCancels(id: string): string
  /** @param token of a worker process */
  orders(token: string): string
  /** @param token of a worker process */
  hand(token: string): string
  recurring(appName: string): RecurringKeys
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
    asked: at('asked'),
    delayedIndexPrefix: at('delayed_index:'),
    unsortedHints: at('delayed_index:unsorted'),
    failed: at('failed'),
    pauseAll: at('pause-all-workers'),
    pausedQueues: at('paused_queues'),
    attempts: at('attempts'),
    deaths: at('deaths'),
    limitPrefix: at('limit:'),
    limitsDue: at('limit:due'),
    parked: (limit: string) => at(`limit:parked:${limit}`),
    lastEnqueuedAt: at('delayed:last_enqueued_at'),
    queue: (name: string) => at(`queue:${name}`),
    bucket: (dueSeconds: number) => at(`delayed:${dueSeconds}`),
  }
}

// Ruby adds the namespace to its lock itself, and redis-namespace adds it once more (wire format, master lock).
function leaderKey(at: (key: string) => string, appName: string): string {
  return at(at(`${appName === '' ? '' : `${appName}:`}resque_scheduler_master_lock`))
}

function recurring(at: (key: string) => string, appName: string): RecurringKeys {
  const own = (key: string): string => at(appName === '' ? key : `${key}:${appName}`)
  return {
    leader: leaderKey(at, appName),
    leaderSince: at(`leader_since:${appName}`),
    dynamic: own('persistent_schedules'),
    dynamicChanged: own('schedules_changed'),
    last: at(`recurring_last:${appName}`),
    jobs: at(`recurring_jobs:${appName}`),
    entries: at(`recurring_entries:${appName}`),
    definitions: at(`recurring_definitions:${appName}`),
    disabled: at(`recurring_disabled:${appName}`),
    counts: at(`recurring_counts:${appName}`),
    historyPrefix: at(`recurring_history:${appName}:`),
    version: at(`recurring_version:${appName}`),
    changed: at(`recurring_changed:${appName}`),
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
    processInfo: at('process_info'),
    ordersPrefix: at('orders:'),
    handPrefix: at('hand:'),
    ordered: at('orders'),
    orders: (token: string) => at(`orders:${token}`),
    hand: (token: string) => at(`hand:${token}`),
    worker: (id: string) => at(`worker:${id}`),
    workerStarted: (id: string) => at(`worker:${id}:started`),
    workerCancels: (id: string) => at(`worker:${id}:cancels`),
  }
}

function jobs(at: (key: string) => string) {
  return {
    jobPrefix: at('job:'),
    status: (id: string) => at(`job:${id}${statusSuffix}`),
    progress: (id: string) => at(`job:${id}:progress`),
    jobLog: (id: string) => at(`job:${id}:log`),
    unique: (name: string) => at(`unique:${name}`),
  }
}

/** All names below one namespace, `resque` unless configured. */
export function keysOf(namespace: string): Keys {
  const at = (key: string): string => `${namespace}:${key}`
  return {
    namespace,
    leader: leaderKey(at, ''),
    leaderWanted: at('leader_wanted'),
    nodeLeader: at('resque_scheduler_leader_lock'),
    recurring: (appName) => recurring(at, appName),
    wake: at('wake'),
    cancels: at('cancels'),
    settled: at('settled'),
    ...stations(at),
    ...processes(at),
    ...jobs(at),
  }
}
