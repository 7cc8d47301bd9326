// Hooks of jobs that have processes of their own: those of the class are called there, `onFailure` in the worker.

import { expect, test } from 'vitest'
import type { JobContext } from '../../../src/job/job.ts'
import { repository } from '../../support/child.ts'
import { eventually } from '../../support/eventually.ts'
import { isolated } from '../../support/isolated.ts'
import { spanIdOf, tracing } from '../../trace/tracing.ts'

const jobFiles = `${repository}test/fixtures/jobs/hooked`

/** The lines without the ids of processes, and these ids. */
function apart(logged: readonly string[]): { readonly lines: string[]; readonly pids: Set<number> } {
  const lines = logged.map((line) => line.replace(/^\d+ /, ''))
  return { lines, pids: new Set(logged.map((line) => Number.parseInt(line, 10))) }
}

test('a class has its hooks and its plugins called in the process of the job', async () => {
  const around: string[] = []
  const aroundPerform = async (perform: () => Promise<unknown>, job: JobContext): Promise<void> => {
    around.push(`${job.className} ${await perform()}`)
  }
  const { resque, enqueue, logged } = await isolated({ jobFiles, plugins: [{ aroundPerform }] })
  const id = await enqueue('Hooked', 'good')
  expect(await resque.waitFor(id)).toMatchObject({ state: 'complete', result: 'good' })
  await eventually(() => expect(logged).toHaveLength(5))
  const { lines, pids } = apart(logged)
  expect(lines).toEqual(['before good', 'in', 'perform', 'out', 'plugin after good'])
  expect(pids.size).toBe(1)
  expect(pids).not.toContain(process.pid)
  expect(around).toEqual(['Hooked good'])
})

test('what a job in a process of its own enqueues belongs to its trace', async () => {
  const { named } = tracing()
  const { enqueue } = await isolated({ jobFiles })
  const id = await enqueue('Enqueuing')
  await eventually(() => expect(named('process q')).toHaveLength(2))
  // Spans are listed as they end, and the child may be the first to.
  const spans = named('process q')
  const parent = spans.find(({ attributes }) => attributes['resque.job.parent_id'] === undefined)
  const child = spans.find((span) => span !== parent)
  const [, publish] = named('publish q')
  expect(child?.attributes['resque.job.parent_id']).toBe(id)
  expect(publish?.parentSpanContext?.spanId).toBe(spanIdOf(parent))
  expect(child?.parentSpanContext?.spanId).toBe(spanIdOf(publish))
})

test('a veto in the process of the job is a veto, and onFailure is called in the worker', async () => {
  const { resque, enqueue, logged, isolated: worker } = await isolated({ jobFiles })
  const vetoed: string[] = []
  worker.on('vetoed', ({ reason }) => vetoed.push(reason))
  const id = await enqueue('Hooked', 'vetoed')
  expect(await resque.waitFor(id)).toMatchObject({ state: 'complete', result: null })
  expect(vetoed).toEqual(['not now'])
  const failing = await enqueue('Hooked', 'fails')
  expect(await resque.waitFor(failing)).toMatchObject({ state: 'failed', error: { message: 'no' } })
  expect(logged.at(-1)).toBe(`${process.pid} failure no fails`)
})
