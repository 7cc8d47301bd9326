// The roles of `resque acl` on a real server: each can do its work, and nothing else.

import { expect, onTestFinished, test } from 'vitest'
import { main } from '../../src/cli/resque-program.ts'
import { examine } from '../../src/doctor/doctor.ts'
import { RedisError } from '../../src/errors.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import { Worker } from '../../src/worker/worker.ts'
import { callProgram } from '../support/call-program.ts'
import { eventually } from '../support/eventually.ts'
import { type RoleServer, roleServer } from '../support/roles.ts'

class Work {
  static queue = 'mail'
  static retry = { limit: 1, backoff: [0] }
  async perform(what: string): Promise<string> {
    if (what === 'fail') throw new Error('as asked')
    return what
  }
}

/** Both daemons with their own users; what they complain of is an error. */
async function daemons({ urlOf, namespace, root }: RoleServer): Promise<string[]> {
  const denied: string[] = []
  const scheduler = new Scheduler({ redis: urlOf('scheduler'), namespace })
  const worker = new Worker({ redis: urlOf('worker'), namespace, queues: '*', jobs: { Work } })
  for (const daemon of [scheduler, worker])
    daemon.on('trouble', ({ error }) => denied.push(String((error as Error).message)))
  const stop = new AbortController()
  const running = [scheduler.run(stop.signal), worker.run(stop.signal)]
  onTestFinished(async () => {
    stop.abort()
    await Promise.all(running)
  })
  await eventually(async () => expect(await root.scard(`${namespace}:workers`)).toBe(10))
  return denied
}

/** What Redis has refused to whom. */
async function refusals({ root }: RoleServer): Promise<string[]> {
  const entries = (await root.acl('LOG')) as unknown as readonly (readonly unknown[])[]
  return entries.map((entry) => {
    const at = (name: string): unknown => entry[entry.indexOf(name) + 1]
    return `${at('username')}: ${at('reason')} ${at('object')}`
  })
}

test.each(['resque', 'a*b{c}'])(
  'the whole life of a job, each part with the rights of its role (%s)',
  async (namespace) => {
    const here = await roleServer(namespace)
    const producer = here.client('producer')
    const admin = here.client('admin')
    const viewer = here.client('viewer')
    await producer.connect()
    const denied = await daemons(here)
    await admin.recurring.set('tea', { every: '1s', class: 'Work', queue: 'mail', args: ['tea'] })
    const now = (await producer.enqueue(Work, 'now')) ?? ''
    const later = (await producer.enqueueIn(1, Work, 'later')) ?? ''
    const failing = (await producer.enqueue(Work, 'fail')) ?? ''
    const cancelled = (await producer.enqueueIn(60, Work, 'never')) ?? ''
    const moved = (await producer.enqueueIn(60, Work, 'moved')) ?? ''
    expect(await producer.cancel(cancelled)).toBe(true)
    expect(await producer.reschedule(moved, new Date())).toBe(true)
    expect(await producer.waitFor(now, { timeoutSeconds: 20 })).toMatchObject({ state: 'complete' })
    expect(await producer.waitFor(later, { timeoutSeconds: 20 })).toMatchObject({ state: 'complete' })
    expect(await producer.waitFor(moved, { timeoutSeconds: 20 })).toMatchObject({ state: 'complete' })
    expect(await producer.waitFor(failing, { timeoutSeconds: 20 })).toMatchObject({ state: 'failed' })
    await eventually(async () => expect((await viewer.recurring.history('tea')).length).toBeGreaterThan(0))
    expect(await viewer.status(now)).toMatchObject({ state: 'complete' })
    expect(await viewer.failed.count()).toBe(1)
    expect((await viewer.workers.list()).length).toBe(10)
    expect((await viewer.queues.list()).map(({ name }) => name)).toEqual(['mail'])
    expect(await viewer.delayed.count()).toBe(0)
    await viewer.stats()
    await admin.queues.pause('mail')
    await admin.queues.resume('mail')
    expect(await admin.failed.retryAll()).toBe(1)
    await eventually(async () => expect(await admin.failed.count()).toBe(1))
    expect(await admin.failed.clear()).toBe(1)
    expect((await examine(admin, { fix: true, graceSeconds: 0.2 })).findings).toEqual([])
    expect(denied).toEqual([])
    expect(await refusals(here)).toEqual([])
  },
  60_000,
)

test('an admin may repair whatever the doctor finds', async () => {
  const here = await roleServer()
  const admin = here.client('admin')
  const { keys } = admin.rooms.store
  await admin.enqueueTo('mail', 'A')
  await here.root.srem(keys.queues, 'mail')
  await here.root.rpush(keys.queue('mail'), 'junk')
  await here.root.rpush(keys.bucket(4_000_000_000), '{"class":"A","args":[],"queue":"mail"}')
  await here.root.zadd(keys.schedule, 4_000_000_001, 4_000_000_001)
  await here.root.sadd(`${keys.timestampsPrefix}{}`, 'delayed:4000000000')
  await here.root.sadd(`${keys.delayedIndexPrefix}0001`, '100011700000000')
  await here.root.set(keys.leader, 'web1:1')
  await here.root.sadd(keys.workers, 'web1:1:mail:2')
  await here.root.set(keys.status('a'), '{"status":2,"updated":1}')
  const { findings, healthy } = await examine(admin, { fix: true, graceSeconds: 0.01 })
  expect(findings).toHaveLength(10)
  expect(healthy).toBe(true)
  expect(await refusals(here)).toEqual([])
})

test('a producer may use every verb of the client, and a viewer every list', async () => {
  const here = await roleServer()
  const [producer, viewer] = [here.client('producer'), here.client('viewer')]
  class Unique extends Work {
    static unique = true
  }
  await producer.enqueue(Unique, 'once')
  await producer.enqueue(Unique, 'once')
  await producer.enqueueIn(60, Unique, 'later')
  await producer.enqueueBulk([
    { job: Work, args: ['a'] },
    { job: Work, args: ['b'], in: 60 },
  ])
  await producer.delayOrEnqueueIn(90, Work, 'b')
  const ruby = producer.with({ payload: 'ruby' })
  await ruby.enqueueIn(60, Work, 'ruby')
  expect(await producer.delayed.remove({ class: 'Work', args: ['ruby'] })).toBe(1)
  expect(await producer.delayed.enqueueNow({ class: 'Work', args: ['b'] })).toBe(1)
  expect(await producer.queues.dequeue(Work, 'b')).toBe(1)
  expect(await producer.cancelBulk([(await producer.enqueueIn(60, Work, 'c')) ?? ''])).toBe(1)
  expect(await producer.queues.size('mail')).toBe(2)
  expect(await refusals(here)).toEqual([])
  await viewer.delayed.find({ class: 'Unique' })
  await viewer.delayed.timestamps()
  await viewer.failed.list()
  await viewer.recurring.list()
  await viewer.queues.peek('mail')
  const env = { REDIS_URL: here.urlOf('viewer') }
  for (const words of ['queues', 'delayed', 'failed', 'workers', 'stats', 'recurring', 'health'])
    expect(await callProgram(main, [words, '--json'], { env })).toMatchObject({ stderr: '' })
  expect(await refusals(here)).toEqual([])
})

async function refused(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(RedisError)
  expect((error as RedisError).message).toMatch(
    /(NOPERM|user executing the script can't).*`resque acl` prints what is needed/,
  )
}

test('what a role is not for is refused by Redis, and explained', async () => {
  const here = await roleServer()
  const [viewer, producer] = [here.client('viewer'), here.client('producer')]
  const id = (await producer.enqueueTo('mail', 'A')) ?? ''
  await here.root.rpush('resque:failed', '{"payload":{"class":"A","args":[]}}')
  await refused(viewer.enqueueTo('mail', 'A'))
  await refused(viewer.enqueueInWithQueue('mail', 60, 'A'))
  await refused(viewer.cancel(id))
  await refused(viewer.queues.pause('mail'))
  await refused(viewer.failed.clear())
  await refused(producer.failed.clear())
  await refused(producer.failed.count())
  await refused(producer.recurring.set('tea', { every: '1s', class: 'A', queue: 'mail' }))
  await refused(producer.workers.pauseAll())
  await refused(producer.queues.remove('mail'))
  await refused(examine(producer))
  expect(await here.root.llen('resque:queue:mail')).toBe(1)
})

test.each(['producer', 'worker', 'scheduler', 'viewer', 'admin'] as const)(
  'a %s sees no other namespace and no other commands',
  async (role) => {
    const here = await roleServer('app')
    const { redis } = here.client(role).rooms.store
    await here.root.set('application:x', '1')
    for (const command of [
      'keys *',
      'flushall',
      'get application:x',
      'get xapp:queues',
      'config set save ""',
      'acl list',
    ])
      await expect(redis.call(...(command.split(' ') as [string]))).rejects.toThrow(/NOPERM/)
    await expect(redis.eval("return redis.call('GET', 'application:x')", 0)).rejects.toThrow(/`resque acl`/)
    await expect(redis.subscribe('other')).rejects.toThrow(/NOPERM/)
  },
)
