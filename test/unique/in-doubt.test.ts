// A unique job's call is cut, and repeated: it knows its own job again, and never conflicts with itself.

import { expect, it, onTestFinished } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import type { OnConflict } from '../../src/job/unique.ts'
import { scripts } from '../../src/redis/script.ts'
import { runsScript, startProxy } from '../support/chaos-proxy.ts'
import { world } from '../support/world.ts'

async function shakyWorld() {
  const here = world()
  const proxy = await startProxy(here.url)
  onTestFinished(() => proxy.stop())
  const shaky = new Resque({ redis: proxy.url, namespace: here.namespace })
  onTestFinished(() => shaky.close())
  await shaky.connect()
  const cut = (when: 'before' | 'after') => {
    proxy.trap({ match: runsScript(scripts.get('add-unique')?.sha ?? ''), when, action: () => 'drop' })
  }
  return { ...here, shaky, cut }
}

const ways = (['keep', 'replace', 'move', 'reject'] as const).flatMap((onConflict: OnConflict) =>
  (['before', 'after'] as const).flatMap((when) => [0, 60].map((seconds) => ({ onConflict, when, seconds }))),
)

it.each(ways)(
  '$onConflict, cut $when Redis has it, due in $seconds s',
  async ({ onConflict, when, seconds }) => {
    const here = await shakyWorld()
    here.cut(when)
    const verbs = here.shaky.with({ unique: { onConflict } })
    const id = await verbs.enqueueInWithQueue('sync', seconds, 'Sync', 1)
    const state = (await here.resque.status(id ?? ''))?.state
    expect(state).toBe(seconds === 0 ? 'waiting' : 'delayed')
    expect((await here.resque.queues.size('sync')) + (await here.resque.delayed.count())).toBe(1)
  },
)

it('a job that was replaced meanwhile is known again: its call does not take the other one out', async () => {
  const here = await shakyWorld()
  const job = { id: '', queue: 'sync', dueSeconds: null } as const
  const lock = { name: 'f'.repeat(40), until: 'finished', windowMs: null, onConflict: 'replace' } as const
  const newJob = (id: string) => ({
    ...job,
    id,
    lock,
    payload: `{"class":"Sync","args":[],"queue":"sync","id":"${id}","queue_time":1.000}`,
  })
  const [first, second] = ['1'.repeat(32), '2'.repeat(32)]
  await here.rooms.unique.add(newJob(first))
  await here.rooms.unique.add(newJob(second))
  expect(await here.rooms.unique.add(newJob(first))).toMatchObject({ outcome: 'added', id: first })
  expect((await here.resque.status(second))?.state).toBe('waiting')
  expect(await here.resque.queues.size('sync')).toBe(1)
})
