// Ids: what they tell, and that equal jobs share a digest.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePayload } from '../../src/job/codec.ts'
import { canonicalJson, isId, isTracked, jobDigest, newId, plannedSeconds } from '../../src/job/id.ts'
import { newJob } from '../../src/job/new-job.ts'
import { latestSeconds } from '../../src/job/times.ts'
import { ensureBuilt, repository } from '../support/child.ts'

const digest = '00123456'

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, part]) => [key, reversed(part)]))
}

function digestOf(className: string, args: readonly unknown[]): string {
  return jobDigest(className, args, JSON.stringify(args))
}

describe('an id', () => {
  it('is 32 hex digits that tell the planned second and whether the job is tracked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: latestSeconds }), fc.boolean(), (seconds, tracked) => {
        const id = newId({ plannedSeconds: seconds, nowMs: 0, digest, tracked })
        expect(isId(id)).toBe(true)
        expect(plannedSeconds(id)).toBe(seconds)
        expect(isTracked(id)).toBe(tracked)
        expect(id.slice(10, 18)).toBe(digest)
      }),
    )
  })

  it('is never made twice, and counts up, whenever it is made', () => {
    const moment = fc.integer({ min: 0, max: latestSeconds * 1000 })
    const oneOf = (nowMs: number) => newId({ plannedSeconds: 0, nowMs, digest, tracked: true })
    fc.assert(
      fc.property(fc.array(moment, { minLength: 2, maxLength: 5_000 }), (moments) => {
        const counts = moments.map((nowMs) => Number.parseInt(oneOf(nowMs).slice(23), 16))
        const steps = counts
          .slice(1)
          .map((count, index) => (count - (counts[index] ?? 0) + 2 ** 36) % 2 ** 36)
        expect(steps.every((step) => step === 1)).toBe(true)
      }),
    )
    const ids = Array.from({ length: 20_000 }, () => oneOf(0))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('tells in which 64 milliseconds of 18.6 hours it was made, which its payload says as well', () => {
    const moment = fc.integer({ min: 0, max: latestSeconds * 1000 })
    fc.assert(
      fc.property(moment, fc.boolean(), (nowMs, tracked) => {
        const place = { className: 'A', args: [], queue: 'q', format: 'php' } as const
        const { id, payload } = newJob({ ...place, plannedSeconds: 7, nowMs, tracked })
        const queueTimeMs = decodePayload(payload).queueTimeMs ?? 0
        expect(queueTimeMs).toBe(nowMs)
        expect(Number.parseInt((id ?? '').slice(18, 23), 16)).toBe(Math.floor(queueTimeMs / 64) % 2 ** 20)
      }),
    )
  })

  it('counts from another number in each process', async () => {
    ensureBuilt()
    const program = `import { newId } from '${repository}dist/job/id.js'
      console.log(newId({ plannedSeconds: 0, nowMs: 0, digest: '00000000', tracked: true }))`
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
    const [one, other] = await Promise.all([run(), run()])
    expect(isId(one.stdout.trim())).toBe(true)
    expect(one.stdout.slice(23)).not.toBe(other.stdout.slice(23))
  })

  it.each(['', 'abc', `${'a'.repeat(31)}g`, 'A'.repeat(32), 'a'.repeat(33), ` ${'a'.repeat(31)}`])(
    'is told from other texts: %j',
    (text) => {
      expect(isId(text)).toBe(false)
    },
  )
})

describe('a digest', () => {
  it('is the same for equal args, whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (given) => {
        const args = JSON.parse(JSON.stringify(given)) as unknown[]
        expect(digestOf('A', reversed(args) as unknown[])).toBe(digestOf('A', args))
      }),
    )
  })

  it('tells classes and args apart', () => {
    const made = [
      digestOf('A', []),
      digestOf('B', []),
      digestOf('A', [1]),
      digestOf('A', ['1']),
      digestOf('A', [[1]]),
    ]
    expect(new Set(made).size).toBe(made.length)
    expect(made.every((text) => /^[0-9]{8}$/.test(text))).toBe(true)
  })

  it('is made from JSON with sorted keys', () => {
    expect(canonicalJson([{ b: 1, a: { d: [null, { f: 2, e: 3 }], c: 'x' } }])).toBe(
      '[{"a":{"c":"x","d":[null,{"e":3,"f":2}]},"b":1}]',
    )
  })
})
