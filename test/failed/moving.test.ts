// The failed list while everything moves: whatever others take off and workers add between two steps, each record
// that stays there is met once, and no other.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { world } from '../support/world.ts'
import { onList, put, record } from './records.ts'

/** What happens between two steps: records taken off, by their place among all of the list, and new ones. */
const between = fc.record({
  taken: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 40 }),
  cutInFront: fc.integer({ min: 0, max: 120 }),
  added: fc.integer({ min: 0, max: 60 }),
})

const names = fc.array(fc.constantFrom('Meant', 'Other'), { minLength: 300, maxLength: 1_200 })

it.each([{ keep: false }, { keep: true }])(
  'each record that stays is retried once, and no other: %j',
  { timeout: 60_000 },
  async (options) => {
    await fc.assert(
      fc.asyncProperty(names, fc.array(between, { minLength: 1, maxLength: 12 }), async (classes, moves) => {
        const here = world()
        await put(here, ...classes.map((name, index) => record({ name, error: `old${index}` })))
        const goneByOthers: string[] = []
        const left = [...moves]
        const onProgress = async (): Promise<void> => {
          const move = left.shift()
          if (move === undefined) return
          const all = await onList(here)
          const cut = all.slice(0, move.cutInFront)
          const picked = new Set(move.taken.map((place) => all[Math.floor(place * all.length)] ?? ''))
          for (const bytes of new Set([...cut, ...picked]))
            if ((await here.redis.lrem(here.keys.failed, 1, bytes)) > 0) goneByOthers.push(bytes)
          for (let row = 0; row < move.added; row++)
            await put(here, record({ name: 'Meant', error: `new${moves.length - left.length}-${row}` }))
        }
        const count = await here.resque.failed.retryAll({ class: 'Meant' }, { ...options, onProgress })
        const queued = await here.redis.lrange(here.keys.queue('mail'), 0, -1)
        expect(new Set(queued).size).toBe(queued.length)
        expect(count).toBe(queued.length)
        const unmarked = (await onList(here)).filter((bytes) => !bytes.includes('"retried_at"'))
        const missed = unmarked.filter((bytes) => bytes.includes('"class":"Meant"') && bytes.includes('"old'))
        expect(missed).toEqual([])
        const wrong = queued.filter((payload) => payload.includes('"Other"'))
        expect(wrong).toEqual([])
        const meant = classes.filter((name) => name === 'Meant').length
        const takenFirst = goneByOthers.filter(
          (bytes) =>
            bytes.includes('"class":"Meant"') && bytes.includes('"old') && !bytes.includes('"retried_at"'),
        ).length
        const fresh = queued.filter((payload) => payload.includes('["new')).length
        expect(queued.length - fresh).toBe(meant - takenFirst)
      }),
      { numRuns: 25 },
    )
  },
)
