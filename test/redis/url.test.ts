// URLs of Sentinel and Cluster: what they say, and what is said of those that are wrong.

import { expect, it } from 'vitest'
import { InvalidArgumentError } from '../../src/errors.ts'
import { readUrl } from '../../src/redis/url.ts'

it('leaves the URL of one server to ioredis', () => {
  for (const url of ['redis://localhost', 'rediss://u:p@host:1/2', '/run/redis.sock'])
    expect(readUrl(url)).toMatchObject({ kind: 'single', url })
})

it('reads the Sentinels, the name of what they watch, and both passwords', () => {
  const url = 'redis-sentinel://app:s%2Fcret@one,two:5000,[::1]:5001/3?name=mymaster&sentinelPassword=guard'
  expect(readUrl(url)).toEqual({
    kind: 'sentinel',
    options: {
      username: 'app',
      password: 's/cret',
      db: 3,
      name: 'mymaster',
      sentinelPassword: 'guard',
      sentinels: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 5_000 },
        { host: '::1', port: 5_001 },
      ],
    },
  })
})

it.each(['?sentinelMasterId=mymaster', '#mymaster', '/?name=mymaster'])('takes the name from %s', (end) => {
  expect(readUrl(`redis-sentinel://one${end}`)).toMatchObject({ options: { name: 'mymaster' } })
})

it('reads the nodes of a Cluster', () => {
  expect(readUrl('redis-cluster://:secret@one:7000,two')).toEqual({
    kind: 'cluster',
    nodes: [
      { host: 'one', port: 7_000 },
      { host: 'two', port: 6_379 },
    ],
    options: { password: 'secret' },
  })
})

it('speaks TLS to all when the scheme says so', () => {
  expect(readUrl('rediss-cluster://one')).toMatchObject({ options: { tls: {} } })
  expect(readUrl('rediss-sentinel://one?name=m')).toMatchObject({
    options: { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true },
  })
})

it.each([
  ['redis-sentinel://one', /does not say which.*name=mymaster/],
  ['redis-sentinel://one:x?name=m', /"one:x" is no host:port/],
  ['redis-sentinel://one:99999?name=m', /no host:port/],
  ['redis-sentinel://one/jobs?name=m', /database "jobs" is no number/],
  ['redis-sentinel:one?name=m', /parts are not in order/],
  ['redis-sentinel://u:%zz@one?name=m', /%25/],
  ['redis-cluster://one,,two', /"" is no host:port/],
  ['redis-cluster://one:7000/2', /database 0 only.*redis-cluster:\/\/host:7000/],
])('refuses %s', (url, why) => {
  expect(() => readUrl(url)).toThrow(InvalidArgumentError)
  expect(() => readUrl(url)).toThrow(why)
})

it('shows no password of a URL that is wrong', () => {
  const read = () => readUrl('redis-sentinel://u:hidden@one:x?sentinelPassword=hidden')
  expect(read).toThrow(/\*\*\*/)
  expect(read).not.toThrow(/hidden/)
})
