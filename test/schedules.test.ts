// The schedules that come with the package: both load without a problem, and app.json fits the example jobs.

import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { loadSchedule } from '../src/recurring/file.ts'
import type { JobClasses } from '../src/worker/job-classes.ts'
import { loadJobs } from '../src/worker/load-jobs.ts'
import { ensureBuilt, repository } from './support/child.ts'

let classes: JobClasses

beforeAll(async () => {
  ensureBuilt() // the examples import the package by its name
  classes = await loadJobs(['examples/jobs'], repository)
})

test.each(['app.json', 'example.yml'])('%s has entries and no problems', (name) => {
  const { entries, problems } = loadSchedule(join(repository, 'schedules', name), { requireQueue: true })
  expect(problems).toEqual([])
  expect(entries.length).toBeGreaterThan(0)
})

test('every class of app.json is among the example jobs, with the same queue', () => {
  const { entries } = loadSchedule(join(repository, 'schedules', 'app.json'))
  for (const entry of entries)
    expect([entry.class, classes.find(entry.class)?.queue]).toEqual([entry.class, entry.queue])
})

test('each example file holds one job', () => {
  expect(classes.names()).toEqual(['DigestEmail', 'FlakyUpload', 'Heartbeat', 'ImportPrices', 'SendEmail'])
})
