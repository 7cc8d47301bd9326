// settle-quick.lua and settle.lua side by side: the same jobs taken and handed in by each leave the same in Redis, but
// for the hand itself.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePayload, encodePayload } from '../../src/job/codec.ts'
import { newId } from '../../src/job/id.ts'
import type { Outcome, Reserved, StatusText } from '../../src/running/running.ts'
import { statusText } from '../../src/worker/outcome.ts'
import { eventually } from '../support/eventually.ts'
import { delayedBy, queuedBy } from '../support/foreign-payloads.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess, type Process } from '../support/process.ts'
import { published, snapshot } from '../support/snapshot.ts'
import { type World, world } from '../support/world.ts'

/** What is to end some time after this must not have ended by now. */
const nowMs = Math.floor(Date.now() / 1000) * 1000 + 123
const seconds = Math.floor(nowMs / 1000)

interface Scene {
  readonly queue?: string
  readonly payloads: readonly string[]
  /** Ids of foreign jobs that have a status. */
  readonly known?: readonly string[]
}

interface Left {
  readonly taken: Record<string, unknown>
  readonly settled: Record<string, unknown>
  readonly said: readonly [string, string][]
  readonly jobs: readonly Omit<Reserved, 'token'>[]
}

function statusOf({ payload, queue }: Reserved): StatusText | null {
  try {
    return statusText(decodePayload(payload), queue, ',"result":{"a":1},"attempts":1,"running_ms":5')
  } catch {
    return null
  }
}

function complete(job: Reserved): Outcome {
  return { kind: 'complete', job, status: statusOf(job) }
}

/** Without what tells one process from another. */
async function seen(here: World, { holder }: Process): Promise<Record<string, unknown>> {
  const found = await snapshot(here)
  delete found[here.keys.hand(holder.token).slice(here.namespace.length + 1)]
  return JSON.parse(JSON.stringify(found).replaceAll(holder.token, 'TOKEN')) as Record<string, unknown>
}

/** Takes two thirds of the jobs; then hands those in, and takes the rest. */
async function walk(scene: Scene, isQuick: boolean, clock: ManualClock): Promise<Left> {
  const { queue = 'mail', payloads, known = [] } = scene
  const here = world({ clock, keepStatusSeconds: 60 })
  for (const id of known) await here.redis.set(here.keys.status(id), '{"status":1,"updated":7,"started":7}')
  if (payloads.length > 0) await here.redis.rpush(here.keys.queue(queue), ...payloads)
  const said = await published(here)
  const most = Math.ceil((2 * payloads.length) / 3)
  const process = await joinProcess(here, 'mail', payloads.length + 1)
  await process.exchange({})
  const exchange: Process['exchange'] = isQuick
    ? async (parts) => (await process.quickly(parts)) ?? expect.fail('the hand is not known')
    : process.exchange
  const freeSlots = Array.from({ length: most }, (_, index) => index + 1)
  const { jobs } = await exchange({ freeSlots, queues: [queue] })
  const taken = await seen(here, process)
  const outcomes = jobs.map(complete)
  const next = await exchange({ outcomes, freeSlots: freeSlots.slice(1), queues: [queue] })
  const settled = await seen(here, process)
  await here.redis.publish(`${here.namespace}:end`, '')
  await eventually(() => expect(said.at(-1)?.[0]).toBe('end'))
  return { taken, settled, said, jobs: [...jobs, ...next.jobs].map(({ token: _, ...job }) => job) }
}

async function expectSame(scene: Scene, clock: ManualClock = new ManualClock(nowMs)): Promise<Left> {
  const [quick, careful] = [await walk(scene, true, clock), await walk(scene, false, clock)]
  expect(quick).toEqual(careful)
  expect(quick.jobs).toHaveLength(scene.payloads.length)
  return quick
}

let count = 0

function ours(parts: { class?: string; args?: unknown[]; queue?: string; tracked?: boolean } = {}): string {
  const digest = String(10_000_000 + count++)
  const queueTimeMs = seconds * 1000 + 7
  const id = newId({ plannedSeconds: seconds, nowMs: queueTimeMs, digest, tracked: parts.tracked ?? true })
  const { class: className = 'Mail', args = [], queue = 'mail' } = parts
  const argsJson = JSON.stringify(args)
  return encodePayload({ className, argsJson, queue, id, queueTimeMs })
}

describe('the quick way leaves what the careful way leaves', () => {
  it('for jobs of ours, tracked and not', async () => {
    const payloads = [ours(), ours({ tracked: false }), ours({ class: 'Other' }), ours(), ours()]
    const { settled, said } = await expectSame({ payloads })
    expect(JSON.stringify(settled)).toContain('\\"status\\":4')
    expect(settled['stat:processed']).toMatchObject({ holds: '4' })
    expect(said.map(([channel]) => channel)).toEqual(['settled', 'end'])
  })

  it.each(['A\\B', 'A"B', 'Ä::B', 'A/B'])('for the class %j', async (name) => {
    await expectSame({ payloads: [ours({ class: name }), ours(), ours({ class: name })] })
  })

  it.each(['a/b', 'a"b', 'a\\b', 'ö', 'x'.repeat(300), 'a,b:1'])('for the queue %j', async (queue) => {
    await expectSame({ queue, payloads: [ours({ queue }), ours({ queue }), ours({ queue, tracked: false })] })
  })

  it('for jobs that lie in another queue than they name', async () => {
    await expectSame({ queue: 'moved', payloads: [ours(), ours(), ours()] })
  })

  it('for jobs of Ruby, PHP and node-resque, with a status and without', async () => {
    const payloads = [...Object.values(queuedBy), ...Object.values(delayedBy).map(({ payload }) => payload)]
    await expectSame({ payloads })
    const known = payloads.flatMap((payload) => decodePayload(payload).id ?? [])
    expect(known.length).toBeGreaterThan(2)
    const { settled } = await expectSame({ payloads, known })
    expect(JSON.stringify(settled).match(/"status\\":4/g)?.length).toBeGreaterThan(2)
  })

  it('for jobs of PHP with a prefix', async () => {
    const payloads = ['a', 'b', 'c'].map((id) => `{"class":"A","args":[],"id":"${id}","prefix":"p"}`)
    await expectSame({ payloads, known: ['p_a', 'p_c'] })
  })

  it('for what is no job at all', async () => {
    await expectSame({ payloads: ['no json', '[]', '{"id":1}', '"id"', '{"args":[]}', ''] })
  })

  it('for long payloads', async () => {
    const payloads = [1, 900, 1_000, 100_000].map((length) => ours({ args: ['x'.repeat(length)] }))
    await expectSame({ payloads })
  })

  it('for ids that are not as long as ours, and times before 2001', async () => {
    const tail = (id: string, time: string) =>
      `{"class":"A","args":[],"queue":"mail","id":"${id}","queue_time":${time}}`
    const payloads = [
      tail('a'.repeat(32), '999999999.123'),
      tail('1'.repeat(33), '999999999.123'),
      tail('1'.repeat(31), '1795399796.123'),
      tail('f'.repeat(32), '1795399796.123'),
      tail('1'.repeat(32), '1795399796'),
    ]
    await expectSame({ payloads, known: ['1'.repeat(33), '1'.repeat(31), '1'.repeat(32)] })
  })

  it.each([-10, 10])('by a test clock that is %i days off', async (days) => {
    const { settled } = await expectSame({ payloads: [ours()] }, new ManualClock(nowMs + days * 86_400_000))
    expect(Object.keys(settled).filter((key) => key.startsWith('job:'))).toHaveLength(1)
  })

  it('for an empty queue', async () => {
    await expectSame({ payloads: [] })
  })
})

const anyJson = fc.jsonValue({ maxDepth: 2 })
const name = fc.oneof(fc.constantFrom('A', 'B', 'Some::Job'), fc.string({ minLength: 1, maxLength: 5 }))
const anyOurs = fc
  .record({ class: name, args: fc.array(anyJson, { maxLength: 2 }), tracked: fc.boolean() })
  .map((parts) => ours(parts))
const anyOther = fc.oneof(
  fc.constantFrom(...Object.values(queuedBy), ...Object.values(delayedBy).map(({ payload }) => payload)),
  fc
    .record({ class: name, args: fc.array(anyJson), id: fc.constantFrom('one', 'two', 'three') })
    .map((job) => JSON.stringify(job)),
  fc.string({ maxLength: 8 }),
)

it('whatever the payloads are, both ways leave the same', async () => {
  const scenes = fc.record({
    payloads: fc.array(fc.oneof(anyOurs, anyOther), { maxLength: 12 }),
    known: fc.subarray(['one', 'two', 'three']),
  })
  await fc.assert(
    fc.asyncProperty(scenes, async (scene) => void (await expectSame(scene))),
    { numRuns: 25 },
  )
})
