// The public API: names only, one by one.

export type { BulkItem } from './client/bulk.ts'
export {
  cancel,
  cancelBulk,
  close,
  configure,
  defaultClient,
  delayOrEnqueueAt,
  delayOrEnqueueIn,
  enqueue,
  enqueueAt,
  enqueueAtWithQueue,
  enqueueBulk,
  enqueueIn,
  enqueueInWithQueue,
  enqueueTo,
  reschedule,
  stats,
  status,
  waitFor,
  withOptions,
} from './client/default-client.ts'
export { any, type DelayedFilter } from './client/delayed-filter.ts'
export type { FindOptions } from './client/delayed-jobs.ts'
export type { DelayedJob, SearchOptions, SearchProgress } from './client/delayed-search.ts'
export type { WaitingJob } from './client/queue-verbs.ts'
export type { RecurringEntry, RecurringRun } from './client/recurring-entry.ts'
export type { RecurringConfig, RecurringJobs } from './client/recurring-jobs.ts'
export { Resque } from './client/resque.ts'
export type { CallOptions, JobCallOptions, ResqueOptions } from './client/settings.ts'
export type { Stats } from './client/stats.ts'
export type { Verbs } from './client/verbs.ts'
export type { Removed, RemoveOptions, WorkerTarget } from './client/worker-control.ts'
export type { JobInHand, WorkerProcess } from './client/worker-processes.ts'
export type { WorkerInfo } from './client/workers.ts'
export type { Clock } from './clock.ts'
export { type Diagnosis, examine } from './doctor/doctor.ts'
export type { DoctorOptions, DoctorProgress, Finding } from './doctor/examination.ts'
export type { FindingCode } from './doctor/findings.ts'
export {
  ConfigurationError,
  DirtyExit,
  DiscardJob,
  DontPerform,
  EnqueueInDoubtError,
  HookError,
  InvalidArgumentError,
  InvalidPayloadError,
  JobCancelledError,
  JobProcessDied,
  JobTimeoutError,
  NoQueueError,
  RedisError,
  ResqueError,
  RetryIn,
  ScheduleError,
  UnconfirmedError,
  UniqueConflictError,
  UnknownJobError,
  WaitTimeoutError,
} from './errors.ts'
export type { EventName, Events, JobEvent, Listener } from './events.ts'
export type { BulkOptions, FailedProgress } from './failed/bulk.ts'
export type { FailedJob } from './failed/entries.ts'
export type { FailedPage, RetryFailedOptions, TrimOptions } from './failed/failed.ts'
export type { FailedFilter } from './failed/filter.ts'
export type { CheckName, HealthCheck } from './http/checks.ts'
export { checkHealth, type HealthOptions, type HealthReport } from './http/health.ts'
export { type ServeHttpOptions, serveHttp } from './http/serve-http.ts'
export type { HttpServer } from './http/server.ts'
export { currentJob } from './job/ambient.ts'
export type { PayloadFormat, RecurringMark } from './job/codec.ts'
export type { Failure } from './job/failure.ts'
export {
  type ArgsOf,
  type Backoff,
  type BackoffFunction,
  type Enqueuer,
  type ErrorKind,
  Job,
  type JobClass,
  type JobContext,
  type JobInstance,
  type JobLimits,
  type JobOptions,
  type LimitOptions,
  type Rate,
  type RetryOptions,
} from './job/job.ts'
export type { JobPlugin, PerformPlugin } from './job/perform-plugin.ts'
export type { ClientPlugin, PluginCall } from './job/plugin.ts'
export { type JobState, type StateCode, stateCodes } from './job/state.ts'
export type { DateTimeLike, When } from './job/times.ts'
export type { OnConflict, UniqueOptions } from './job/unique.ts'
export type { QueueSize } from './queue/queue.ts'
export { describeEntry } from './recurring/describe.ts'
export type { EntryContext, ScheduleEntry } from './recurring/entry.ts'
export { parseEvery } from './recurring/every.ts'
export { loadSchedule } from './recurring/file.ts'
export { nextOccurrences, previousOccurrence } from './recurring/occurrences.ts'
export type { Durability } from './redis/durability.ts'
export type { SchedulerPulse } from './scheduler/pulse.ts'
export { Scheduler, type SchedulerOptions } from './scheduler/scheduler.ts'
export type { JobError, JobStatus } from './status/record.ts'
export type { FailureReport, FailureSink } from './worker/failure-sinks.ts'
export type { JobSource } from './worker/job-classes.ts'
export type { QueueLimits } from './worker/limits.ts'
export type { WorkerOptions } from './worker/options.ts'
export type { WorkerFacts, WorkerPlugin } from './worker/plugins.ts'
export type { WorkerPulse } from './worker/pulse.ts'
export type { QueueOrder } from './worker/queue-order.ts'
export { type WebhookOptions, webhook } from './worker/webhook.ts'
export { Worker } from './worker/worker.ts'
