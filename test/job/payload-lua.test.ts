// include/payload.lua, the twin of the codec in the scripts: both must read the same of every payload.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DecodedJob, decodePayload, encodePayload, encodeRubyPayload } from '../../src/job/codec.ts'
import { isId, newId } from '../../src/job/id.ts'
import { delayedBy, queuedBy } from '../support/foreign-payloads.ts'
import { type World, world } from '../support/world.ts'

function include(name: string): string {
  return readFileSync(new URL(`../../src/redis/include/${name}.lua`, import.meta.url), 'utf8')
}

const script = `${include('now')}
${include('payload')}
local kind, class, queue, id, seconds, prefix = read_payload(ARGV[1])
local queued = kind and queue and queued_form(kind, ARGV[1]) or ''
return { kind or 'none', class, queue or '', id or '', seconds or '', prefix or '', queued }`

interface Read {
  readonly kind: string
  readonly class: string
  readonly queue: string
  readonly id: string
  readonly seconds: string
  readonly prefix: string
  readonly queued: string
}

async function read({ redis }: World, payload: string): Promise<Read> {
  const reply = (await redis.eval(script, 0, payload)) as string[]
  const [kind = '', name = '', queue = '', id = '', seconds = '', prefix = '', queued = ''] = reply
  return { kind, class: name, queue, id, seconds, prefix, queued }
}

function decoded(payload: string): DecodedJob | null {
  try {
    return decodePayload(payload)
  } catch {
    return null
  }
}

/** What the script must say, going by the codec. */
async function expectTwins(here: World, payload: string): Promise<Read> {
  const [lua, job] = [await read(here, payload), decoded(payload)]
  if (job === null) {
    expect(lua).toMatchObject({ kind: 'none', queue: '', id: '' })
    return lua
  }
  expect(JSON.parse(lua.class)).toBe(job.className)
  expect(lua).toMatchObject({ queue: job.queue ?? '', id: job.id ?? '', prefix: job.prefix })
  const ours = job.id !== null && isId(job.id) && job.queue !== null && job.queueTimeMs !== null
  expect(lua.kind === 'ours').toBe(ours)
  const seconds = job.queueTimeMs === null ? '' : String(Math.floor(job.queueTimeMs / 1000))
  if (lua.kind !== 'ruby') expect(lua.seconds).toBe(seconds)
  return lua
}

const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom('App\\Jobs\\Mail', 'A::B', 'a"b', '","args":', '],"queue":"x"}', 'q'.repeat(400)),
)
const text = fc.string({ unit: 'grapheme' })
const plainJson = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })

describe('read_payload', () => {
  it('reads our own payloads as the codec does, whatever class, args and queue', async () => {
    const here = world()
    const given = fc.record({
      className: name,
      args: fc.array(plainJson),
      queue: name,
      tracked: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(given, async ({ className, args, queue, tracked }) => {
        const nowMs = 1_795_399_796_297
        const id = newId({ plannedSeconds: 1_800_000_000, nowMs, digest: '01234567', tracked })
        const argsJson = JSON.stringify(args)
        const payload = encodePayload({ className, argsJson, queue, id, queueTimeMs: nowMs })
        const lua = await expectTwins(here, payload)
        expect(lua).toMatchObject({ kind: 'ours', seconds: '1795399796', queued: payload })
      }),
    )
  })

  it("reads Ruby's delayed payloads and cuts exactly the queue off", async () => {
    const here = world()
    await fc.assert(
      fc.asyncProperty(name, fc.array(plainJson), name, async (className, args, queue) => {
        const lua = await expectTwins(here, encodeRubyPayload(className, JSON.stringify(args), queue))
        expect(lua.kind).toBe('ruby')
        expect(lua.queued).toBe(`{"class":${JSON.stringify(className)},"args":${JSON.stringify(args)}}`)
      }),
    )
  })

  it('reads any other object as the codec does', async () => {
    const here = world()
    const member = fc.oneof(text, plainJson)
    const keys = fc.constantFrom('class', 'args', 'queue', 'id', 'prefix', 'tags', 'queue_time')
    const object = fc.dictionary(keys, member, { noNullPrototype: true })
    await fc.assert(
      fc.asyncProperty(object, async (fields) => {
        const { queue_time: time, ...rest } = fields
        const payload = JSON.stringify(typeof time === 'number' ? { ...rest, queue_time: 1.5 } : fields)
        const lua = await expectTwins(here, payload)
        if (lua.kind === 'foreign' && lua.queue !== '') expect(lua.queued).toBe(payload)
      }),
      { numRuns: 300 },
    )
  })

  it.each([...Object.values(queuedBy), ...Object.values(delayedBy).map(({ payload }) => payload)])(
    'reads what others write: %s',
    async (payload) => {
      await expectTwins(world(), payload)
    },
  )

  it.each([
    '',
    'no json',
    'null',
    '7',
    '"text"',
    '[]',
    '["class"]',
    '{}',
    '{"class":7}',
    '{"class":""}',
    '{"class":"A"',
  ])('knows what is no job: %s', async (payload) => {
    expect(await expectTwins(world(), payload)).toMatchObject({ kind: 'none' })
  })
})
