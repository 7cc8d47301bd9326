// The exported names, as a list: whoever changes it changes what users import.

import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, it } from 'vitest'
import * as api from '../src/index.ts'

const values = [
  'ConfigurationError',
  'DirtyExit',
  'EnqueueInDoubtError',
  'InvalidArgumentError',
  'InvalidPayloadError',
  'Job',
  'JobTimeoutError',
  'NoQueueError',
  'RedisError',
  'Resque',
  'ResqueError',
  'ScheduleError',
  'Scheduler',
  'UnknownJobError',
  'WaitTimeoutError',
  'Worker',
  'any',
  'cancel',
  'close',
  'configure',
  'defaultClient',
  'describeEntry',
  'enqueue',
  'enqueueAt',
  'enqueueAtWithQueue',
  'enqueueBulk',
  'enqueueIn',
  'enqueueInWithQueue',
  'enqueueTo',
  'loadSchedule',
  'nextOccurrences',
  'parseEvery',
  'previousOccurrence',
  'reschedule',
  'stateCodes',
  'status',
]

const types = [
  'ArgsOf',
  'Backoff',
  'BulkItem',
  'BulkOptions',
  'Clock',
  'DateTimeLike',
  'DelayedFilter',
  'DelayedJob',
  'EntryContext',
  'EventName',
  'Events',
  'FailedFilter',
  'FailedJob',
  'FailedPage',
  'FailedProgress',
  'Failure',
  'FindOptions',
  'JobClass',
  'JobContext',
  'JobError',
  'JobEvent',
  'JobInstance',
  'JobOptions',
  'JobSource',
  'JobState',
  'JobStatus',
  'Listener',
  'PayloadFormat',
  'QueueSize',
  'RecurringConfig',
  'RecurringEntry',
  'RecurringJobs',
  'RecurringMark',
  'RecurringRun',
  'ResqueOptions',
  'RetryFailedOptions',
  'RetryOptions',
  'ScheduleEntry',
  'SchedulerOptions',
  'SearchOptions',
  'SearchProgress',
  'StateCode',
  'Stats',
  'TrimOptions',
  'When',
  'WorkerInfo',
  'WorkerOptions',
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
