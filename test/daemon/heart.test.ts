// A worker process's heart: it joins, beats, rejoins when taken for dead, and looks after the dead.

import { describe, expect, it, onTestFinished } from 'vitest'
import { Heart } from '../../src/daemon/heart.ts'
import { Emitter } from '../../src/events.ts'
import { eventually } from '../support/eventually.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { joinProcess } from '../support/process.ts'
import { type World, world } from '../support/world.ts'

interface Beating {
  readonly clock: ManualClock
  readonly here: World
  readonly heart: Heart
  readonly events: Emitter
}

async function beating(): Promise<Beating> {
  const clock = new ManualClock()
  const here = world({ clock })
  const events = new Emitter()
  const heart = new Heart(here.rooms, events, 'mail', 2)
  const over = new AbortController()
  const running = heart.run(over.signal)
  onTestFinished(async () => {
    over.abort()
    await running
  })
  await heart.joined()
  return { clock, here, heart, events }
}

describe('a heart', () => {
  it('has no registration before it has joined', () => {
    const { rooms } = world()
    const heart = new Heart(rooms, new Emitter(), 'mail', 1)
    expect(() => heart.holder).toThrow(/not joined/)
    expect(heart.workerId(2)).toBe('(not registered)')
  })

  it('joins once, however often it is asked', async () => {
    const { heart, here, events } = await beating()
    const started: string[] = []
    events.on('started', ({ name }) => started.push(name))
    const { token } = heart.holder
    await heart.joined()
    expect(heart.holder.token).toBe(token)
    expect(started).toEqual([])
    expect(await here.redis.scard(here.keys.workers)).toBe(2)
  })

  it('beats every few seconds, and renews what Ruby reads at least every minute', async () => {
    const { clock, here, heart } = await beating()
    const { redis, keys } = here
    const [first, score] = [heart.workerId(1), await redis.zscore(keys.processes, heart.holder.token)]
    await eventually(async () => {
      clock.advance(5_000)
      expect(await redis.zscore(keys.processes, heart.holder.token)).not.toBe(score)
    })
    const heartbeat = await redis.hget(keys.heartbeats, first)
    const beforeMs = clock.nowMs()
    await eventually(async () => {
      clock.advance(1_000)
      expect(await redis.hget(keys.heartbeats, first)).not.toBe(heartbeat)
    })
    expect(clock.nowMs()).toBeGreaterThan(beforeMs)
    expect(Date.parse((await redis.hget(keys.heartbeats, heart.workerId(2))) ?? '')).toBeGreaterThan(beforeMs)
  })

  it('puts the jobs of dead processes back, and tells of it', async () => {
    const clock = new ManualClock()
    const here = world({ clock })
    await (async () => {
      const dead = await joinProcess(here, 'dead', 1)
      await here.redis.rpush(here.keys.queue('mail'), '{"class":"A","args":[]}')
      await dead.take('mail')
    })()
    clock.advance(31_000)
    const events = new Emitter()
    const orphans: unknown[] = []
    events.on('orphans', (event) => orphans.push(event))
    const heart = new Heart(here.rooms, events, 'mail', 1)
    await heart.joined()
    const over = new AbortController()
    const running = heart.run(over.signal)
    await eventually(() => expect(orphans).toEqual([{ processes: 1, requeued: 1, failed: 0 }]))
    expect(await here.redis.llen(here.keys.queue('mail'))).toBe(1)
    over.abort()
    await running
  })

  it('that was taken for dead joins anew under another token', async () => {
    const { clock, here, heart } = await beating()
    const { token } = heart.holder
    await here.redis.zrem(here.keys.processes, token)
    await here.redis.srem(here.keys.workers, heart.workerId(1), heart.workerId(2))
    await eventually(() => {
      clock.advance(5_000)
      expect(() => heart.holder).toThrow()
    })
    await heart.joined()
    expect(heart.holder.token).not.toBe(token)
    expect(await here.redis.scard(here.keys.workers)).toBe(2)
  })

  it('leaves nothing behind when it leaves', async () => {
    const { here, heart } = await beating()
    await heart.leave()
    expect(await here.allKeys()).toEqual([])
  })
})
