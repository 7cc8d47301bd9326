// The delayed set: what is written, what is promoted, what is taken out again.

import { describe, expect, it } from 'vitest'
import { ManualClock } from '../support/manual-clock.ts'
import { world } from '../support/world.ts'

class SendEmail {
  static queue = 'mail'
  perform(_to: string, _template: string): void {}
}

const promoteAll = { limit: 1_000, leader: null }

describe('the delayed set', () => {
  it('keeps a job due in an hour delayed until then, and not a moment longer', async () => {
    const clock = new ManualClock()
    const { resque, rooms } = world({ clock })
    const id = await resque.enqueueIn(3_600, SendEmail, 'ann@example.com', 'welcome')
    clock.advance(3_599_999)
    expect((await rooms.delayed.promote(promoteAll)).moved).toBe(0)
    expect(await resque.status(id ?? '')).toMatchObject({
      state: 'delayed',
      code: 63,
      class: 'SendEmail',
      queue: 'mail',
    })
    clock.advance(1)
    expect((await rooms.delayed.promote(promoteAll)).moved).toBe(1)
    expect(await resque.status(id ?? '')).toMatchObject({ state: 'waiting', code: 1 })
  })

  it('leaves nothing behind when its last job is promoted', async () => {
    const clock = new ManualClock()
    const { resque, rooms, allKeys } = world({ clock, track: false })
    await resque.enqueueIn(1, SendEmail, 'ann@example.com', 'welcome')
    clock.advance(2_000)
    await rooms.delayed.promote(promoteAll)
    expect(await allKeys()).toEqual(['queue:mail', 'queues'])
  })

  it('promotes the oldest second first, at most as many as asked, and keeps the order within a second', async () => {
    const clock = new ManualClock()
    const { resque, rooms } = world({ clock })
    await resque.enqueueBulk(
      [3, 1, 2, 1].map((seconds, index) => ({
        job: SendEmail,
        args: [`${seconds}`, `${index}`],
        in: seconds,
      })),
    )
    clock.advance(10_000)
    expect((await rooms.delayed.promote({ limit: 3, leader: null })).moved).toBe(3)
    const taken = (await resque.queues.peek('mail')).map((payload) => JSON.parse(payload).args)
    expect(taken).toEqual([
      ['1', '1'],
      ['1', '3'],
      ['2', '2'],
    ])
    expect(await resque.delayed.count()).toBe(1)
  })
})
