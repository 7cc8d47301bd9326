// What the other systems offer to their users: each of these names has to stand in the guide for those who come from
// there. For node-resque and BullMQ they are the methods of the packages' classes, and their options.

import * as nodeResque from 'node-resque'
import type { GuideName } from './guide-text.ts'

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

const ruby = words(`
  redis data_store redis_id stat_data_store logger heartbeat_interval prune_interval enqueue_front inline inline?
  before_first_fork before_fork after_fork before_pause after_pause queue_empty worker_exit shutdown
  push pop size peek list_range queues remove_queue watch_queue queue_sizes sample_queues
  enqueue enqueue_to dequeue queue_from_class reserve validate workers working remove_worker info keys to_s
  encode decode classify constantize
  Job.create Job.destroy Job.reserve perform payload payload_class args fail recreate
  Worker.all Worker.working Worker.find Worker.attach Worker.exists? Worker.all_heartbeats
  all_workers_with_expired_heartbeats work work_one_job reconnect shutdown! kill_child heartbeat! prune_dead_workers
  pause_processing unpause_processing paused? register_worker unregister_worker working_on done_working processed failed
  started job working? idle? state fork_per_job? hostname pid worker_pids procline verbose very_verbose term_timeout
  pre_shutdown_timeout term_child graceful_term run_at_exit_hooks queues= glob_match
  Stat.get Stat.incr Stat.decr Stat.clear
  Failure.create Failure.backend Failure.count Failure.all Failure.each Failure.url Failure.queues Failure.clear
  clear_retried Failure.requeue Failure.remove requeue_queue requeue_all Failure.remove_queue RedisMultiQueue Multiple Airbrake
  Plugin.lint before_enqueue after_enqueue before_dequeue after_dequeue before_perform around_perform after_perform
  on_failure before_schedule after_schedule before_delayed_enqueue
  NoQueueError NoClassError DirtyExit PruneDeadWorkerDirtyExit TermException DecodeException DontPerform LintError
  QUEUE QUEUES INTERVAL MIN_INTERVAL MAX_INTERVAL BACKOFF_INTERVAL COUNT BACKGROUND PIDFILE LOGGING VERBOSE VVERBOSE
  TERM_CHILD GRACEFUL_TERM RESQUE_TERM_TIMEOUT RESQUE_PRE_SHUTDOWN_TIMEOUT RUN_AT_EXIT_HOOKS FORK_PER_JOB
  FAILURE_BACKEND RESQUE_PROCLINE_PREFIX RAILS_ENV RACK_ENV RESQUECONFIG
  resque:work resque:workers resque:setup resque:preload resque:failures:sort resque:scheduler resque:scheduler_setup
  list remove kill resque-web
  --app-name --background --dynamic-schedule --environment --initializer-path --interval --logfile --logformat
  --pidfile --quiet --verbose --version --help
  TERM INT QUIT USR1 USR2 CONT
  enqueue_at enqueue_at_with_queue enqueue_in enqueue_in_with_queue delay_or_enqueue_at delay_or_enqueue_in delayed_push
  delayed_queue_peek delayed_queue_schedule_size delayed_timestamp_size delayed_timestamp_peek next_delayed_timestamp
  next_item_for_timestamp reset_delayed_queue remove_delayed remove_delayed_in_queue enqueue_delayed
  enqueue_delayed_with_queue remove_delayed_selection enqueue_delayed_selection find_delayed_selection
  remove_delayed_job_from_timestamp count_all_scheduled_jobs delayed? scheduled_at last_enqueued_at
  get_last_enqueued_at clean_up_timestamp
  schedule reload_schedule! all_schedules set_schedule fetch_schedule remove_schedule
  run print_schedule load_schedule! clear_schedule! update_schedule rufus_scheduler scheduled_jobs handle_delayed_items
  enqueue_next_item enqueue_delayed_items_for_timestamp enqueue_from_config poll_sleep env_matches? failure_handler
  configure dynamic app_name poll_sleep_amount lock_timeout delayed_requeue_batch_size master? master_lock
  release_master_lock release_master_lock! Lock::Basic Lock::Resilient on_enqueue_failure
  cron every class custom_job_class queue args description rails_env env parameters persist never
  APP_NAME DYNAMIC_SCHEDULE INITIALIZER_PATH RESQUE_SCHEDULER_INTERVAL LOGFILE LOGFORMAT QUIET LOCK_TIMEOUT
  DELAYED_REQUEUE_BATCH_SIZE RESQUE_SCHEDULER_MASTER_LOCK_PREFIX RESQUE_SCHEDULER_OPTIONS
  has_payload_class? payload_class_name before_hooks around_hooks after_hooks failure_hooks run_failure_hooks inspect
  Plugin.job_methods Plugin.get_hook_names before_enqueue_hooks
  prepare process validate_queues startup enable_gc_optimizations register_signal_handlers unregister_signal_handlers
  wait_for_child_exit new_kill_child shutdown? start_heartbeat remove_heartbeat heartbeat kill_all_heartbeat_threads
  run_hook report_failed_job state_change processing log log! failure_queue_name job_queue_name
  load_schedule_job enqueue_items_in_batch_for_timestamp enqueue_recurring unschedule_job rails_env_matches?
  poll_sleep_loop stop_rufus_scheduler before_shutdown log_error supports_lua? redis_master_version
  acquire! locked? release! extend_lock! LoggerBuilder Env Cli Util.constantize
`)

const php = words(`
  setBackend redis fork push pop dequeue removeQueue blpop size enqueue reserve queues items generateJobId
  create reserveBlocking updateStatus getStatus getArguments getInstance perform fail recreate setJobFactory
  setUp tearDown $this->args $this->queue $this->job
  STATUS_WAITING STATUS_RUNNING STATUS_FAILED STATUS_COMPLETE isTracking update get stop status updated started result
  PID Worker::all Worker::exists Worker::find setId work pauseProcessing unPauseProcessing shutdown shutdownNow killChild
  pruneDeadWorkers workerPids registerWorker unregisterWorker workingOn doneWorking job getStat setLogger
  setProcessPrefix reestablishRedisConnection registerLogger
  Failure::create getBackend createFromError Failure_Redis::get Stat::get Stat::incr Stat::decr Stat::clear
  prefix parseDsn Event::listen Event::trigger stopListening clearListeners
  Resque_Exception Resque_RedisException DirtyExitException DontPerform DontCreate
  InvalidTimestampException
  enqueueIn enqueueAt delayedPush getDelayedQueueScheduleSize getDelayedTimestampSize removeDelayed
  removeDelayedJobFromTimestamp nextDelayedTimestamp nextItemForTimestamp handleDelayedItems
  enqueueDelayedItemsForTimestamp
  beforeEnqueue afterEnqueue beforeFirstFork beforeFork afterFork beforePerform afterPerform onFailure afterSchedule
  beforeDelayedEnqueue
  QUEUE REDIS_BACKEND REDIS_BACKEND_DB LOGGING VERBOSE VVERBOSE APP_INCLUDE BLOCKING INTERVAL COUNT PREFIX PIDFILE
  REDIS_DATABASE REDIS_NAMESPACE REDIS_PASSWORD LOGHANDLER LOGHANDLERTARGET RESQUE_PHP
  TERM INT QUIT USR1 USR2 CONT PIPE Resque_Job_Creator RedisCluster Fresque
  __toString __call interpolate VERSION DEFAULT_INTERVAL getLogger log getChildPID getJobFactory getPrefix removePrefix
`)

/** Methods that a class has for itself. */
const inside = words(`
  constructor encode init poll perform completeJob succeed fail pause getJob track ping untrack failurePayload stringQueues
  pollAgainLater tryForLeader releaseLeaderLock nextDelayedTimestamp enqueueDelayedItemsForTimestamp
  nextItemForTimestamp transfer cleanupTimestamp checkStuckWorkers watchIfPossible unwatchIfPossible canWatch
  PollEventLoopDelay startWorker checkWorkers cleanupWorker checkWrapper stopWait loadLua getKeys
`)

function methods(from: Record<string, unknown>, names: readonly string[]): string[] {
  return names.flatMap((name) => Object.getOwnPropertyNames((from[name] as { prototype: object }).prototype))
}

const node = [
  ...methods(nodeResque, ['Queue', 'Worker', 'Scheduler', 'MultiWorker', 'Connection']),
  ...words(`
    name queues timeout looping id connection minTaskProcessors maxTaskProcessors checkTimeout maxEventLoopDelay
    stuckWorkerTimeout leaderLockTimeout retryStuckJobs host port database namespace options redis pkg scanCount
    start end cleaning_worker poll ping job reEnqueue success failure error pause multiWorkerAction leader
    cleanStuckWorker workingTimestamp transferredJob
    JobLock QueueLock DelayQueueLock Retry Noop key reEnqueue enqueueTimeout lockTimeout retryLimit retryDelay
    backoffStrategy logger beforeEnqueue afterEnqueue beforePerform afterPerform plugins pluginOptions
    suppressDuplicateTaskError
  `),
].filter((name) => !inside.includes(name) || ['poll', 'ping', 'pause'].includes(name))

const bullmq = words(`
  add addBulk upsertJobScheduler getJobScheduler getJobSchedulers getJobSchedulersCount removeJobScheduler pause resume
  isPaused close setGlobalConcurrency setGlobalRateLimit rateLimit removeGlobalConcurrency removeGlobalRateLimit
  getGlobalConcurrency getGlobalRateLimit isMaxed removeRateLimitKey getRateLimitTtl
  removeDeduplicationKey getDeduplicationJobId remove updateJobProgress addJobLog drain clean obliterate retryJobs
  promoteJobs trimEvents removeOrphanedJobs waitUntilReady getJob count getJobCounts getJobCountByTypes getJobState getMeta
  getCompletedCount getFailedCount getDelayedCount getActiveCount getPrioritizedCount getCountsPerPriority
  getWaitingCount getWaitingChildrenCount getWaiting getWaitingChildren getActive getDelayed getPrioritized
  getCompleted getFailed getJobs getJobLogs getDependencies getWorkers getWorkersCount getMetrics
  exportPrometheusMetrics
  priority delay attempts backoff lifo removeOnComplete removeOnFail keepLogs stackTraceLimit sizeLimit jobId parent
  deduplication repeat telemetry timestamp
  pattern every limit startDate endDate offset immediately tz
  autorun concurrency limiter maxStalledCount stalledInterval lockDuration lockRenewTime drainDelay runRetryDelay
  skipStalledCheck skipLockRenewal maxStartedAttempts useWorkerThreads name metrics settings prefix connection
  defaultJobOptions streams skipVersionCheck
  run cancelJob cancelAllJobs isRunning startStalledCheckTimer getNextJob
  active closed closing completed drained error failed paused progress ready resumed stalled
  added cleaned deduplicated delayed removed retries-exhausted waiting waiting-children duplicated
  updateData updateProgress log clearLogs changeDelay changePriority promote retry discard getState isCompleted isFailed
  isDelayed isActive isWaiting waitUntilFinished moveToDelayed moveToCompleted moveToFailed moveToWait extendLock
  getChildrenValues returnvalue failedReason attemptsMade processedOn finishedOn
  UnrecoverableError DelayedError RateLimitError WaitingChildrenError FlowProducer QueueEvents
`)

export const inventory: Readonly<Record<GuideName, readonly string[]>> = {
  ...{ ruby, php, bullmq },
  'node-resque': node,
}
