// The namespace on a Cluster: all keys of it have to be on one node.

import { expect, it } from 'vitest'
import { namespaceOn } from '../../src/redis/namespace.ts'

const cluster = true

it('is taken as it is on one server', () => {
  expect(namespaceOn(false)).toBe('resque')
  expect(namespaceOn(false, 'shop')).toBe('shop')
})

it('has a hash tag of its own on a Cluster, when it is the default', () => {
  expect(namespaceOn(cluster)).toBe('{resque}')
})

it.each(['{shop}', 'app:{shop}', '{shop}:jobs', '{a}{b}'])('may be %s on a Cluster', (name) => {
  expect(namespaceOn(cluster, name)).toBe(name)
})

it.each(['shop', 'shop{}', '{}{shop}', '{shop', 'shop}{'])(
  'may not be %s on a Cluster, and the cure is told',
  (name) => {
    expect(() => namespaceOn(cluster, name)).toThrow(/no hash tag: a Redis Cluster.*Write \{shop\}/)
  },
)
