// Flags, variables and defaults: which one counts, how texts are read, and what is said of wrong ones.

import { describe, expect, test } from 'vitest'
import type { Variables } from '../../src/config/setting.ts'
import { readSetting, type SettingName, settings } from '../../src/config/settings.ts'
import { environment } from '../../src/config.ts'
import { ConfigurationError } from '../../src/errors.ts'

test('a flag beats a variable, a variable beats the default, an empty variable is not set', () => {
  const name = 'termTimeoutSeconds'
  expect(readSetting(name, '3', { RESQUE_TERM_TIMEOUT: '4' })).toBe(3)
  expect(readSetting(name, undefined, { RESQUE_TERM_TIMEOUT: '4' })).toBe(4)
  expect(readSetting(name, undefined, { RESQUE_TERM_TIMEOUT: '' })).toBe(25)
})

test('the first variable that is set counts', () => {
  expect(readSetting('queue', undefined, { QUEUES: 'low' })).toBe('low')
  expect(readSetting('queue', undefined, { QUEUE: 'mail', QUEUES: 'low' })).toBe('mail')
  expect(readSetting('queue', undefined, { QUEUE: '', QUEUES: '' })).toBe('')
})

test('paths in a variable are separated by commas, in a flag they are not', () => {
  expect(readSetting('jobs', undefined, { APP_INCLUDE: './a, ./b' })).toEqual(['./a', './b'])
  expect(readSetting('jobs', ['./a,b', './c'], {})).toEqual(['./a,b', './c'])
})

test('switches understand the usual words', () => {
  const read = (text: string) => readSetting('verbose', undefined, { VERBOSE: text })
  expect(['1', 'true', 'yes', 'on', '2'].map(read)).toEqual(Array(5).fill(true))
  expect(['0', 'false', 'no', 'off', ''].map(read)).toEqual(Array(5).fill(false))
  expect(readSetting('verbose', true, { VERBOSE: '0' })).toBe(true)
})

const wrong: readonly [SettingName, string, RegExp][] = [
  ['concurrency', '0', /--concurrency is "0": .*whole number.*1 to 1000/],
  ['concurrency', '2.5', /whole number/],
  ['concurrency', 'many', /"many"/],
  ['workerIntervalSeconds', '-1', /seconds from 0\.01/],
  ['logformat', 'jsn', /text, json, logfmt.*"json"/],
  ['verbose', 'perhaps', /1 or 0/],
  ['redis', 'http://localhost:6379', /no place of a Redis/],
  ['redis', 'redis://:p#ss@localhost', /percent-encoded/],
  ['redis', 'redis://localhost/main', /database main is no number/],
  ['namespace', 'my app', /without blanks/],
]

test.each(wrong)('%s %s is refused, with what would be right', (name, text, pattern) => {
  expect(() => readSetting(name, text, {})).toThrow(ConfigurationError)
  expect(() => readSetting(name, text, {})).toThrow(pattern)
})

describe('where Redis is', () => {
  const places: readonly [string, Variables, string][] = [
    ['nothing is set', {}, 'redis://127.0.0.1:6379'],
    ['a URL', { REDIS_URL: 'redis://u:p@db.example:6380/2' }, 'redis://u:p@db.example:6380/2'],
    ['a URL beside PHP', { REDIS_URL: 'redis://a', REDIS_BACKEND: 'b:1' }, 'redis://a'],
    ['host:port', { REDIS_BACKEND: 'db:6380' }, 'redis://db:6380'],
    ['a host', { REDIS_URL: 'db' }, 'redis://db:6379'],
    ['host:port:db', { REDIS_URL: 'db:6380:3' }, 'redis://db:6380/3'],
    ["PHP's database", { REDIS_BACKEND: 'db:6380', REDIS_BACKEND_DB: '4' }, 'redis://db:6380/4'],
    ['a database in the URL', { REDIS_BACKEND: 'redis://db/1', REDIS_BACKEND_DB: '4' }, 'redis://db/1'],
    [
      "php-resque-ex's database and password",
      { REDIS_BACKEND: 'db:6380', REDIS_DATABASE: '4', REDIS_PASSWORD: 'a:b%/' },
      'redis://:a%3Ab%25%2F@db:6380/4',
    ],
    ['a password in the URL', { REDIS_BACKEND: 'redis://:x@db', REDIS_PASSWORD: 'y' }, 'redis://:x@db'],
    ["nobody's password elsewhere", { REDIS_URL: 'redis://db', REDIS_PASSWORD: 'y' }, 'redis://db'],
    ["PHP's tcp", { REDIS_BACKEND: 'tcp://db:6380' }, 'redis://db:6380'],
    ['a socket', { REDIS_BACKEND: 'unix:///run/redis.sock' }, '/run/redis.sock'],
  ]

  test.each(places)('%s', (_, variables, url) => {
    expect(environment(variables).redisUrl).toBe(url)
  })

  test("the namespace is php-resque's prefix without its colon, but no folder", () => {
    expect(environment({ PREFIX: 'shop:' }).namespace).toBe('shop')
    expect(environment({ PREFIX: '/usr/local' }).namespace).toBe('resque')
    expect(environment({ RESQUE_NAMESPACE: 'app', PREFIX: 'shop' }).namespace).toBe('app')
  })
})

test('every setting has a flag and a variable of its own', () => {
  for (const setting of Object.values(settings)) {
    expect(setting.flags).toMatch(/^(-\w, )?--[a-z-]+( <\w+>)?$/)
    expect(setting.variables.length).toBeGreaterThan(0)
  }
})
