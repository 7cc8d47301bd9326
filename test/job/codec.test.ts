// The bytes of a job: what is written, and what is read of what others write.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidPayloadError } from '../../src/errors.ts'
import { decodePayload, encodePayload, encodeRubyPayload } from '../../src/job/codec.ts'
import { delayedBy, queuedArgs, queuedBy } from '../support/foreign-payloads.ts'

const id = '006b37d600deadbeef0123456789abcd'
const job = {
  className: 'SendEmail',
  argsJson: '["ann",{"a":1}]',
  queue: 'mail',
  id,
  queueTimeMs: 1_795_399_796_297,
}

/** Anything but an empty text, as names of classes and queues may be in payloads of others. */
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })

function parsedOrNull(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return null
  }
}

describe('a payload that begins and ends as the one before', () => {
  const middles = fc.oneof(
    fc.array(fc.jsonValue()).map((args) => JSON.stringify(args)),
    fc.constantFrom(
      ...['[ 1 , 2 ]', '[1],"args":[2]', '[1],"x":[2]', '[1],"options":{"timeout":5}', '[1],"class":"Other"'],
      ...[
        '[1],"prefix":"p"',
        '{"a":1}',
        'null',
        '"]"',
        '[1]]',
        '[1],[2]',
        '[',
        ']',
        '',
        ',',
        '[1],"queue":["x"]',
      ],
      '[1],"recurring":{"name":"n","planned_ms":1,"previous_ms":null}',
    ),
  )
  const times = fc.constantFrom(
    '1795399796.297',
    '1.000',
    '1795399796.2979',
    '1795399796',
    '"1795399796.297"',
  )
  const ids = fc.constantFrom(id, `${id}0`, id.slice(1), id.toUpperCase(), `x${id.slice(1)}`)

  it('is read as JSON has it, whatever stands between', () => {
    fc.assert(
      fc.property(name, name, middles, ids, times, (className, queue, middle, anId, time) => {
        const before = { ...job, className, queue }
        decodePayload(encodePayload(before))
        const [first, last] = [`{"class":${JSON.stringify(className)}`, `"queue":${JSON.stringify(queue)}`]
        const text = `${first},"args":${middle},${last},"id":"${anId}","queue_time":${time}}`
        const fields = parsedOrNull(text)
        if (fields === null) {
          expect(() => decodePayload(text)).toThrow(InvalidPayloadError)
          return
        }
        const { args } = fields
        expect(decodePayload(text)).toMatchObject({
          className: fields['class'],
          args: Array.isArray(args) ? args : args === null ? [] : [args],
          queue: typeof fields['queue'] === 'string' ? fields['queue'] : null,
          id: fields['id'],
          prefix: fields['prefix'] ?? '',
          queueTimeMs:
            typeof fields['queue_time'] === 'number' ? Math.round(fields['queue_time'] * 1000) : null,
          options: fields['options'] === undefined ? {} : { timeoutSeconds: 5 },
          isOurs: /^[0-9a-f]{32}$/.test(anId) && /^\d+\.\d{3}$/.test(time),
        })
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a new payload', () => {
  it("has php-resque's members, in Ruby's order and ours after them", () => {
    expect(encodePayload(job)).toBe(
      `{"class":"SendEmail","args":["ann",{"a":1}],"queue":"mail","id":"${id}","queue_time":1795399796.297}`,
    )
  })

  it('is told from one of PHP with the same fields', () => {
    const fields = '"class":"A","args":[],"queue":"q"'
    const id = '006b49d20001234567deadbeef012345'
    for (const text of [
      `{${fields},"id":"${id}","queue_time":1795399796.554857}`,
      `{"class":"A","args":[],"id":"${id}","queue_time":1795399796.554,"queue":"q"}`,
      `{${fields},"id":"${id}"}`,
      `{"class":"A","args":[],"id":"${id}","queue_time":1795399796.554}`,
    ])
      expect(decodePayload(text).isOurs).toBe(false)
    expect(decodePayload(`{${fields},"id":"${id}","queue_time":1795399796.554}`).isOurs).toBe(true)
  })

  it('carries what a call said of its job', () => {
    const options = { timeoutSeconds: 2.5, parent: 'p', trace: { traceparent: '00-1-2-01' } }
    expect(encodePayload({ ...job, options })).toContain(
      ',"options":{"timeout":2.5,"parent":"p","trace":{"traceparent":"00-1-2-01"}},"queue":',
    )
    expect(decodePayload(encodePayload({ ...job, options })).options).toEqual(options)
    expect(encodePayload({ ...job, options: {} })).toBe(encodePayload(job))
  })

  it('reads only what can be meant of options that others wrote', () => {
    const read = (options: unknown) => decodePayload(JSON.stringify({ class: 'A', options })).options
    for (const nonsense of [null, 7, 'x', [], { timeout: '5', parent: 3, trace: { a: 1 } }, { timeout: -1 }])
      expect(read(nonsense)).toEqual({})
  })

  it('says which run of a recurring entry it is', () => {
    const recurring = { name: 'tea "time"', plannedMs: 1_795_399_800_000, previousMs: null }
    expect(encodePayload({ ...job, recurring })).toBe(
      '{"class":"SendEmail","args":["ann",{"a":1}],' +
        '"recurring":{"name":"tea \\"time\\"","planned_ms":1795399800000,"previous_ms":null},' +
        `"queue":"mail","id":"${id}","queue_time":1795399796.297}`,
    )
    expect(decodePayload(encodePayload({ ...job, recurring })).recurring).toEqual(recurring)
  })

  it("is exactly Ruby's in Ruby's format", () => {
    expect(encodeRubyPayload('InteropOk', '[1,{"k":"v"}]', 'q1')).toBe(delayedBy.ruby.payload)
  })

  it('is read again as it was, whatever the class, the queue and the args', () => {
    fc.assert(
      fc.property(
        name,
        fc.array(fc.jsonValue()),
        name,
        fc.integer({ min: 0, max: 4e12 }),
        (className, given, queue, ms) => {
          const argsJson = JSON.stringify(given)
          const read = decodePayload(encodePayload({ className, argsJson, queue, id, queueTimeMs: ms }))
          const expected = {
            className,
            args: JSON.parse(argsJson),
            queue,
            id,
            prefix: '',
            queueTimeMs: ms,
            recurring: null,
            options: {},
            isOurs: true,
          }
          expect(read).toEqual(expected)
          const ruby = decodePayload(encodeRubyPayload(className, argsJson, queue))
          expect(ruby).toEqual({ ...expected, id: null, queueTimeMs: null, isOurs: false })
        },
      ),
    )
  })
})

describe('a payload of another system', () => {
  it.each(Object.entries(queuedBy))('is read: %s', (system, payload) => {
    const read = decodePayload(payload)
    expect(read.args).toEqual(queuedArgs[system as keyof typeof queuedBy])
    expect(read.className).toMatch(/^(InteropOk|OkJob|add)$/)
    expect(read.id).toBe(/"id":"(\w+)"/.exec(payload)?.[1] ?? null)
  })

  it("keeps php-resque's prefix and time", () => {
    const read = decodePayload('{"class":"A","args":[],"id":"1","prefix":"p","queue_time":1795399796.554857}')
    expect(read).toMatchObject({ prefix: 'p', queueTimeMs: 1_795_399_796_555 })
  })

  it.each<[string, unknown[]]>([
    ['{"class":"A"}', []],
    ['{"class":"A","args":null}', []],
    ['{"class":"A","args":{"k":1}}', [{ k: 1 }]],
    ['{"class":"A","args":"text"}', ['text']],
    ['{"class":"A","args":[[1]]}', [[1]]],
  ])('may have args that are no array: %s', (payload, args) => {
    expect(decodePayload(payload).args).toEqual(args)
  })

  it('may hold members of other types than ours', () => {
    const payload = '{"class":"A","queue":7,"id":null,"prefix":3,"queue_time":"soon","recurring":{"name":1}}'
    const nothing = {
      queue: null,
      id: null,
      prefix: '',
      queueTimeMs: null,
      recurring: null,
      options: {},
      isOurs: false,
    }
    expect(decodePayload(payload)).toMatchObject(nothing)
  })

  it('may name a class as JavaScript names things of its own', () => {
    expect(decodePayload('{"class":"__proto__","args":[]}').className).toBe('__proto__')
    expect(decodePayload('{"__proto__":{"class":"A"},"class":"constructor"}').className).toBe('constructor')
  })

  it.each<[string, RegExp]>([
    ['', /not JSON/],
    ['{"class":"A"', /not JSON/],
    ['"text"', /no JSON object: "text"/],
    ['null', /no JSON object/],
    ['["A"]', /no JSON object/],
    ['{}', /names no class/],
    ['{"class":""}', /names no class/],
    ['{"class":null}', /names no class/],
    ['{"__proto__":{"class":"A"}}', /names no class/],
  ])('is refused when it is no job: %s', (payload, message) => {
    expect(() => decodePayload(payload)).toThrow(InvalidPayloadError)
    expect(() => decodePayload(payload)).toThrow(message)
  })
})
