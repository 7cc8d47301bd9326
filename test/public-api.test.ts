// The exported names, as a list: whoever changes it changes what users import.

import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, it } from 'vitest'
import * as api from '../src/index.ts'

const values = [
  'ConfigurationError',
  'DirtyExit',
  'DiscardJob',
  'DontPerform',
  'EnqueueInDoubtError',
  'HookError',
  'InvalidArgumentError',
  'InvalidPayloadError',
  'Job',
  'JobCancelledError',
  'JobProcessDied',
  'JobTimeoutError',
  'NoQueueError',
  'RedisError',
  'Resque',
  'ResqueError',
  'RetryIn',
  'ScheduleError',
  'Scheduler',
  'UnconfirmedError',
  'UniqueConflictError',
  'UnknownJobError',
  'WaitTimeoutError',
  'Worker',
  'any',
  'cancel',
  'cancelBulk',
  'checkHealth',
  'close',
  'configure',
  'currentJob',
  'defaultClient',
  'delayOrEnqueueAt',
  'delayOrEnqueueIn',
  'describeEntry',
  'enqueue',
  'enqueueAt',
  'enqueueAtWithQueue',
  'enqueueBulk',
  'enqueueIn',
  'enqueueInWithQueue',
  'enqueueTo',
  'examine',
  'loadSchedule',
  'nextOccurrences',
  'parseEvery',
  'previousOccurrence',
  'reschedule',
  'serveHttp',
  'stateCodes',
  'stats',
  'status',
  'waitFor',
  'webhook',
  'withOptions',
]

const types = [
  'ArgsOf',
  'Backoff',
  'BackoffFunction',
  'BulkItem',
  'BulkOptions',
  'CallOptions',
  'CheckName',
  'ClientPlugin',
  'Clock',
  'DateTimeLike',
  'DelayedFilter',
  'DelayedJob',
  'Diagnosis',
  'DoctorOptions',
  'DoctorProgress',
  'Durability',
  'Enqueuer',
  'EntryContext',
  'ErrorKind',
  'EventName',
  'Events',
  'FailedFilter',
  'FailedJob',
  'FailedPage',
  'FailedProgress',
  'Failure',
  'FailureReport',
  'FailureSink',
  'FindOptions',
  'Finding',
  'FindingCode',
  'HealthCheck',
  'HealthOptions',
  'HealthReport',
  'HttpServer',
  'JobCallOptions',
  'JobClass',
  'JobContext',
  'JobError',
  'JobEvent',
  'JobInHand',
  'JobInstance',
  'JobLimits',
  'JobOptions',
  'JobPlugin',
  'JobSource',
  'JobState',
  'JobStatus',
  'LimitOptions',
  'Listener',
  'OnConflict',
  'PayloadFormat',
  'PerformPlugin',
  'PluginCall',
  'QueueLimits',
  'QueueOrder',
  'QueueSize',
  'Rate',
  'RecurringConfig',
  'RecurringEntry',
  'RecurringJobs',
  'RecurringMark',
  'RecurringRun',
  'RemoveOptions',
  'Removed',
  'ResqueOptions',
  'RetryFailedOptions',
  'RetryOptions',
  'ScheduleEntry',
  'SchedulerOptions',
  'SchedulerPulse',
  'SearchOptions',
  'SearchProgress',
  'ServeHttpOptions',
  'StateCode',
  'Stats',
  'TrimOptions',
  'UniqueOptions',
  'Verbs',
  'WaitingJob',
  'WebhookOptions',
  'When',
  'WorkerFacts',
  'WorkerInfo',
  'WorkerOptions',
  'WorkerPlugin',
  'WorkerProcess',
  'WorkerPulse',
  'WorkerTarget',
]

function exportedTypes(): string[] {
  const text = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8')
  const file = ts.createSourceFile('index.ts', text, ts.ScriptTarget.ES2022)
  return file.statements.filter(ts.isExportDeclaration).flatMap(({ exportClause, isTypeOnly }) => {
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return []
    return exportClause.elements
      .filter((element) => isTypeOnly || element.isTypeOnly)
      .map(({ name }) => name.text)
  })
}

it('exports these values and no others', () => {
  expect(Object.keys(api).sort()).toEqual(values)
})

it('exports these types and no others', () => {
  expect(exportedTypes().sort()).toEqual(types)
})

it("gives every error a code and its class's name", () => {
  const error = new api.NoQueueError('no queue')
  expect(error).toBeInstanceOf(api.ResqueError)
  expect(error).toMatchObject({ name: 'NoQueueError', code: 'NO_QUEUE', message: 'no queue' })
})
