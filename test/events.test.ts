// The typed emitter.

import { expect, it } from 'vitest'
import { Emitter } from '../src/events.ts'

it('calls listeners in order until they stop listening', () => {
  const events = new Emitter()
  const heard: string[] = []
  const stop = events.on('leading', ({ name }) => heard.push(`first ${name}`))
  events.on('leading', ({ name }) => heard.push(`second ${name}`))
  events.emit('leading', { name: 'a' })
  stop()
  events.emit('leading', { name: 'b' })
  events.emit('recovered', { role: 'worker' })
  expect(heard).toEqual(['first a', 'second a', 'second b'])
})

it('tells whether anyone listens', () => {
  const events = new Emitter()
  expect(events.has('leading')).toBe(false)
  const stop = events.on('leading', () => undefined)
  expect([events.has('leading'), events.has('standby')]).toEqual([true, false])
  stop()
  expect(events.has('leading')).toBe(false)
})

it('goes on with the other listeners when one throws, and tells of it', () => {
  const errors: unknown[] = []
  const events = new Emitter((error) => errors.push(error))
  const heard: string[] = []
  const thrown = new Error('listener')
  events.on('leading', () => {
    throw thrown
  })
  events.on('leading', ({ name }) => heard.push(name))
  events.emit('leading', { name: 'a' })
  expect([heard, errors]).toEqual([['a'], [thrown]])
})
