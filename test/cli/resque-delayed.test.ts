// resque delayed, cancel and reschedule.

import { expect, test } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { Gate } from '../support/gate.ts'
import { world } from '../support/world.ts'
import { callerOf } from './resque-call.ts'

test('lists the next delayed jobs, the next one first', async () => {
  const here = world()
  const later = await here.resque.enqueueInWithQueue('low', 7200, 'Later', 1)
  const sooner = await here.resque.enqueueInWithQueue('mail', 3600.5, 'Sooner', 'a')
  const call = callerOf(here)
  const { out } = await call('delayed')
  const lines = out.split('\n')
  expect(lines[1]).toMatch(new RegExp(`Z {2}in (1h|59m \\d+s) +Sooner {2}"a" {3}mail {3}${sooner}$`))
  expect(lines[2]).toMatch(new RegExp(`Later {3}1 {5}low {4}${later}$`))
  expect(lines[3]).toBe('2 of 2 delayed jobs')
  expect((await call('delayed', '--count', '1', '--json')).json()).toMatchObject([
    { id: sooner, class: 'Sooner' },
  ])
})

test('--count must be a whole number from 1 on', async () => {
  expect(await callerOf(world())('delayed', '--count', '0')).toMatchObject({ code: 2 })
})

test.each([[['cancel']], [['delayed', 'cancel']]])(
  '%j takes jobs out, and tells of those it could not',
  async (words) => {
    const here = world()
    const delayed = (await here.resque.enqueueInWithQueue('low', 3600, 'X')) ?? ''
    const waiting = (await here.resque.enqueueTo('low', 'X')) ?? ''
    const call = callerOf(here)
    const { code, out, err } = await call(...words, delayed, 'nix', waiting)
    expect(code).toBe(1)
    expect(out).toBe(`cancelled ${delayed}\ncancelled ${waiting}\n`)
    expect(err).toBe('nothing is known of job nix.\n')
    expect(await here.resque.status(delayed)).toMatchObject({ state: 'cancelled' })
    const again = await call(...words, delayed, '--json')
    expect(again.json()).toEqual([{ id: delayed, cancelled: false }])
    expect(again.err).toMatch(/is cancelled: only a job that is delayed or waiting/)
  },
)

test.each([[['reschedule']], [['delayed', 'reschedule']]])('%j gives a job another time', async (words) => {
  const here = world()
  const id = (await here.resque.enqueueTo('low', 'X')) ?? ''
  const call = callerOf(here)
  const { code, out } = await call(...words, id, '--at', '2100-01-01T00:00:00Z')
  expect({ code, out }).toEqual({ code: 0, out: `${id} is due 2100-01-01T00:00:00Z now\n` })
  expect((await call(...words, id, '--in', '0', '--json')).json()).toMatchObject({ id, state: 'waiting' })
})

test('a time is asked for, and an unknown job is exit code 1', async () => {
  const call = callerOf(world())
  expect(await call('reschedule', 'nix')).toMatchObject({ code: 2 })
  expect(await call('reschedule', 'nix', '--in', '5m')).toMatchObject({ code: 1 })
})

test('show tells of one job with its bytes, or of all that are due in one second', async () => {
  const here = world()
  const due = new Date('2031-05-06T07:08:09Z')
  const id = (await here.resque.enqueueAtWithQueue('mail', due, 'Sooner', 'a', { b: 1 })) ?? ''
  await here.resque.enqueueAtWithQueue('mail', due, 'Other')
  const call = callerOf(here)
  const one = await call('delayed', 'show', id)
  expect(one.out).toMatch(
    /class +Sooner\nargs +\["a",\{"b":1\}\]\nqueue +mail\ndue +2031-05-06T07:08:09Z \(in /,
  )
  expect(one.out).toContain(`payload   {"class":"Sooner","args":["a",{"b":1}],"queue":"mail","id":"${id}"`)
  expect((await call('delayed', 'show', id, '--json')).json()).toMatchObject({ id, class: 'Sooner' })
  const second = await call('delayed', 'show', '2031-05-06T07:08:09Z')
  expect(second.out).toMatch(/Sooner.*\n.*Other.*\n2 of 2 jobs due at 2031-05-06T07:08:09Z\n$/)
  await here.resque.cancel(id)
  expect(await call('delayed', 'show', id)).toMatchObject({ code: 1 })
  expect((await call('delayed', 'show', 'soon')).err).toMatch(/TIME is "soon": this is no time/)
})

test('cancel of a running job says that its worker was told', async () => {
  const here = world()
  const [begun, told] = [new Gate(), new Gate()]
  class Slow extends Job {
    async perform(): Promise<void> {
      const { signal } = this.job
      begun.open()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await told.pass()
      signal.throwIfAborted()
    }
  }
  await here.worker({ queues: 'mail', jobs: { Slow } }).start()
  const id = (await here.resque.enqueueTo('mail', 'Slow')) ?? ''
  await begun.pass()
  expect((await callerOf(here)('cancel', id)).out).toBe(`told the worker of ${id} to end it\n`)
  told.open()
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'cancelled' })
})
