// The public API: names only, one by one.

export type { BulkItem } from './client/bulk.ts'
export {
  cancel,
  close,
  configure,
  defaultClient,
  enqueue,
  enqueueAt,
  enqueueAtWithQueue,
  enqueueBulk,
  enqueueIn,
  enqueueInWithQueue,
  enqueueTo,
  reschedule,
  status,
} from './client/default-client.ts'
export { any, type DelayedFilter } from './client/delayed-filter.ts'
export type { FindOptions } from './client/delayed-jobs.ts'
export type { DelayedJob, SearchOptions, SearchProgress } from './client/delayed-search.ts'
export type { RecurringEntry, RecurringRun } from './client/recurring-entry.ts'
export type { RecurringConfig, RecurringJobs } from './client/recurring-jobs.ts'
export { Resque, type ResqueOptions } from './client/resque.ts'
export type { Stats } from './client/stats.ts'
export type { WorkerInfo } from './client/workers.ts'
export type { Clock } from './clock.ts'
export {
  ConfigurationError,
  DirtyExit,
  EnqueueInDoubtError,
  InvalidArgumentError,
  InvalidPayloadError,
  JobTimeoutError,
  NoQueueError,
  RedisError,
  ResqueError,
  ScheduleError,
  UnknownJobError,
  WaitTimeoutError,
} from './errors.ts'
export type { EventName, Events, JobEvent, Listener } from './events.ts'
export type { BulkOptions, FailedProgress } from './failed/bulk.ts'
export type { FailedJob } from './failed/entries.ts'
export type { FailedPage, RetryFailedOptions, TrimOptions } from './failed/failed.ts'
export type { FailedFilter } from './failed/filter.ts'
export type { PayloadFormat, RecurringMark } from './job/codec.ts'
export type { Failure } from './job/failure.ts'
export {
  type ArgsOf,
  type Backoff,
  Job,
  type JobClass,
  type JobContext,
  type JobInstance,
  type JobOptions,
  type RetryOptions,
} from './job/job.ts'
export { type JobState, type StateCode, stateCodes } from './job/state.ts'
export type { DateTimeLike, When } from './job/times.ts'
export type { QueueSize } from './queue/queue.ts'
export { describeEntry } from './recurring/describe.ts'
export type { EntryContext, ScheduleEntry } from './recurring/entry.ts'
export { parseEvery } from './recurring/every.ts'
export { loadSchedule } from './recurring/file.ts'
export { nextOccurrences, previousOccurrence } from './recurring/occurrences.ts'
export { Scheduler, type SchedulerOptions } from './scheduler/scheduler.ts'
export type { JobError, JobStatus } from './status/record.ts'
export type { JobSource } from './worker/job-classes.ts'
export type { WorkerOptions } from './worker/options.ts'
export { Worker } from './worker/worker.ts'
