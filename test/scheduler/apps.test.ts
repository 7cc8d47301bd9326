// Several applications on one Redis, each with a scheduler and entries of its own.

import { describe, expect, it } from 'vitest'
import { desk, entriesOf } from '../support/recurring.ts'

const minutely = { cron: '* * * * * UTC' }

describe('applications on one Redis', () => {
  it('all have their entries fired, whoever leads', async () => {
    const here = desk()
    const shop = here.ticked({
      appName: 'shop',
      entries: entriesOf({ tidy: { ...minutely, queue: 'shop' } }),
    })
    const blog = here.ticked({
      appName: 'blog',
      entries: entriesOf({ tidy: { ...minutely, queue: 'blog' } }),
    })
    const plain = here.ticked({ entries: entriesOf({ tidy: { ...minutely, queue: 'plain' } }) })
    for (const each of [shop, blog, plain]) await each.tick()
    expect([shop, blog, plain].map(({ scheduler }) => scheduler.isLeading)).toEqual([true, false, false])
    // The application without a name needs the lease that all share: it is given up for it.
    await shop.after(6)
    await plain.tick()
    expect([shop, blog, plain].map(({ scheduler }) => scheduler.isLeading)).toEqual([false, false, true])
    await shop.after(54)
    await blog.tick()
    await plain.after(6)
    const sizes = await Promise.all(['shop', 'blog', 'plain'].map((queue) => here.resque.queues.size(queue)))
    expect(sizes).toEqual([1, 1, 1])
  })

  it('have one leader each, and the others of the same name stand by', async () => {
    const here = desk()
    const entries = entriesOf({ tidy: minutely })
    const [one, two] = [here.ticked({ appName: 'shop', entries }), here.ticked({ appName: 'shop', entries })]
    await one.tick()
    await two.tick()
    await one.after(60)
    await two.tick()
    expect(await here.plannedSeconds()).toEqual([60])
    const names = two.told.filter(({ event }) => event === 'standby')
    expect(names).toContainEqual(expect.objectContaining({ appName: 'shop' }))
    await here.redis.del(here.rooms.recurring('shop').keys.leader)
    await two.after(60)
    await one.tick()
    expect(await here.plannedSeconds()).toEqual([60, 120])
  })

  it('share who promotes delayed jobs', async () => {
    const here = desk()
    const shop = here.ticked({ appName: 'shop' })
    const plain = here.ticked()
    await plain.tick()
    await shop.tick()
    await here.resque.enqueueTo('mail', 'SendEmail')
    await here.resque.enqueueInWithQueue('mail', 30, 'SendEmail')
    await shop.after(30)
    expect(await here.resque.queues.size('mail')).toBe(1)
    await plain.tick()
    expect(await here.resque.queues.size('mail')).toBe(2)
  })

  it('have dynamic entries of their own, which Ruby does not see', async () => {
    const here = desk()
    const [shop, plain] = [here.ticked({ appName: 'shop' }), here.ticked()]
    await here.resque.recurringOf('shop').set('tidy', { ...minutely, class: 'Tidy', queue: 'q' })
    await shop.tick()
    await plain.tick()
    await shop.after(60)
    await plain.tick()
    expect(await here.plannedSeconds()).toEqual([60])
    expect(await here.redis.exists(here.rooms.recurring('').keys.dynamic)).toBe(0)
  })

  it('may not have a name that mixes keys up', () => {
    const here = desk()
    expect(() => here.ticked({ appName: 'a:b' })).toThrow(/application is "a:b"/)
  })
})
