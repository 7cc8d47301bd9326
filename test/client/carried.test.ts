// What a job carries of where it was enqueued: the job around the call, and the trace.

import { expect, it, onTestFinished } from 'vitest'
import { setTraceInjector, withAmbient } from '../../src/job/ambient.ts'
import { type World, world } from '../support/world.ts'

async function carried({ resque }: World): Promise<unknown[]> {
  return (await resque.queues.peek('mail')).map((text) => (JSON.parse(text) as { options?: unknown }).options)
}

it('the id of the job that is performed, in every verb, and its trace', async () => {
  const here = world()
  const around = { jobId: 'a'.repeat(32), carrier: () => ({ traceparent: '00-1-2-01' }) }
  await withAmbient(around, async () => {
    await here.resque.enqueueTo('mail', 'Mail')
    await here.resque.with({ timeoutSeconds: 3 }).enqueueTo('mail', 'Mail')
    await here.resque.enqueueBulk([{ job: 'Mail', queue: 'mail' }])
  })
  await here.resque.enqueueTo('mail', 'Mail')
  const options = { parent: around.jobId, trace: { traceparent: '00-1-2-01' } }
  expect(await carried(here)).toEqual([options, { ...options, timeout: 3 }, options, undefined])
})

it('the trace of this moment, outside of jobs as well', async () => {
  onTestFinished(() => setTraceInjector(undefined))
  const here = world()
  let trace: Record<string, string> | undefined = { traceparent: '00-3-4-01' }
  setTraceInjector(() => trace)
  await here.resque.enqueueTo('mail', 'Mail')
  trace = undefined
  await here.resque.enqueueTo('mail', 'Mail')
  expect(await carried(here)).toEqual([{ trace: { traceparent: '00-3-4-01' } }, undefined])
})

it("nothing in Ruby's bytes", async () => {
  const here = world({ payload: 'ruby' })
  await withAmbient({ jobId: 'a'.repeat(32) }, () => here.resque.enqueueTo('mail', 'Mail'))
  expect(await here.resque.queues.peek('mail')).toEqual(['{"class":"Mail","args":[]}'])
})
