// Where pages are served, as --http and RESQUE_HTTP say it.

import { describe, expect, test } from 'vitest'
import { readSetting } from '../../src/config/settings.ts'

describe('--http', () => {
  test.each([
    ['9394', { host: undefined, port: 9394 }],
    ['0', { host: undefined, port: 0 }],
    ['127.0.0.1:9394', { host: '127.0.0.1', port: 9394 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    [' 80 ', { host: undefined, port: 80 }],
  ])('takes %j', (text, place) => {
    expect(readSetting('http', text, {})).toEqual(place)
    expect(readSetting('http', undefined, { RESQUE_HTTP: text })).toEqual(place)
  })

  test.each(['65536', '99999', '-1', '80.5', 'http', 'host:', ':80', '::1:80', 'http://host:80', '1e3'])(
    'refuses %j',
    (text) => {
      expect(() => readSetting('http', text, {})).toThrow(
        /^--http is ".*": it must be a port from 0 to 65535/,
      )
    },
  )

  test('serves nothing unless it is given', () => {
    expect(readSetting('http', undefined, {})).toBeUndefined()
    expect(readSetting('http', undefined, { RESQUE_HTTP: '' })).toBeUndefined()
  })
})
