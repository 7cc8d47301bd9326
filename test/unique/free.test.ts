// Who has the key of a unique job, and freeing it by hand.

import { expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { world } from '../support/world.ts'

class Digest {
  static queue = 'mail'
  static unique = { within: '10m' }
  perform(_user: number): void {}
}

class Plain {
  static queue = 'mail'
  perform(): void {}
}

it('the holder of a key is the job that took it, and nobody when it is free', async () => {
  const { resque } = world()
  expect(await resque.uniqueHolder(Digest, 7)).toBeNull()
  const id = await resque.enqueue(Digest, 7)
  expect(await resque.uniqueHolder(Digest, 7)).toBe(id)
  expect(await resque.uniqueHolder(Digest, 8)).toBeNull()
})

it('freeing a key ends a throttle at once, and that of other args goes on', async () => {
  const { resque } = world()
  const [first, other] = [await resque.enqueue(Digest, 7), await resque.enqueue(Digest, 8)]
  expect(await resque.freeUnique(Digest, 7)).toBe(true)
  expect(await resque.freeUnique(Digest, 7)).toBe(false)
  const second = await resque.enqueue(Digest, 7)
  expect(second).not.toBe(first)
  expect(await resque.uniqueHolder(Digest, 7)).toBe(second)
  expect(await resque.enqueue(Digest, 8)).toBe(other)
})

it('the key is that of the options of the call', async () => {
  const { resque } = world()
  const nightly = resque.with({ queue: 'reports', unique: { key: 'nightly' } })
  const id = await nightly.enqueue('BuildReports', 'may')
  expect(await nightly.uniqueHolder('BuildReports', 'june')).toBe(id)
  expect(await nightly.freeUnique('BuildReports')).toBe(true)
  expect(await nightly.enqueue('BuildReports', 'june')).not.toBe(id)
})

it('a job that is not unique has no key to ask for', async () => {
  const { resque } = world()
  await expect(resque.freeUnique(Plain)).rejects.toThrow(InvalidArgumentError)
  await expect(resque.uniqueHolder(Plain)).rejects.toThrow('Plain is not unique, so it has no key')
})
