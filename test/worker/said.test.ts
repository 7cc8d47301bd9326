// What a job says of itself: how much of it is kept, and what it costs.

import { describe, expect, it } from 'vitest'
import { Job } from '../../src/job/job.ts'
import { type Listening, Voice } from '../../src/worker/voice.ts'
import { eventually } from '../support/eventually.ts'
import { Gate } from '../support/gate.ts'
import { world } from '../support/world.ts'

describe('what a job says', () => {
  it('is kept with its status: a message with its progress, and a hundred lines, cut when they are long', async () => {
    const here = world()
    class Chatty extends Job {
      async perform(): Promise<string> {
        for (let line = 0; line < 250; line++) this.job.log(`line ${line} ${'x'.repeat(5_000)}`)
        this.job.progress(99, `page 3\nof ${'7'.repeat(1_000)}`)
        return 'done'
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Chatty')) ?? ''
    await here.worker({ queues: 'q', jobs: [Chatty] }).start()
    const status = await here.resque.waitFor(id)
    expect(status).toMatchObject({ state: 'complete', result: 'done', progress: 99 })
    expect(status?.progressMessage).toHaveLength(500)
    expect(status?.progressMessage).toMatch(/^page 3\nof 777/)
    const lines = await here.rooms.statuses.log(id)
    expect(lines).toHaveLength(100)
    expect(lines.every((line) => line.length === 2_000)).toBe(true)
    expect(lines.at(-1)).toMatch(/^line 249 x/)
  })

  it('is seen while it runs', async () => {
    const here = world()
    const gate = new Gate()
    class Chatty extends Job {
      async perform(): Promise<void> {
        this.job.progress(12.5, 'page 1 of 8')
        await gate.pass()
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Chatty')) ?? ''
    await here.worker({ queues: 'q', jobs: [Chatty] }).start()
    await eventually(async () =>
      expect(await here.resque.status(id)).toMatchObject({ progress: 12.5, progressMessage: 'page 1 of 8' }),
    )
    gate.open()
  })

  it('of a result that is too large is its size', async () => {
    const here = world()
    class Large {
      perform(letter: string): string {
        return letter.repeat(99_000)
      }
    }
    await here.worker({ queues: 'q', jobs: [Large] }).start()
    const ids = await here.resque.enqueueBulk(
      ['x', 'é'].map((letter) => ({ job: Large, queue: 'q', args: [letter] })),
    )
    const [fits, tooLarge] = await Promise.all(ids.map((id) => here.resque.waitFor(id ?? '')))
    expect(fits?.result).toHaveLength(99_000)
    expect(fits).not.toHaveProperty('resultTooLargeBytes')
    expect(tooLarge).toMatchObject({ result: null, resultTooLargeBytes: 198_002 })
  })
})

describe('a voice', () => {
  function heard(gate: Gate): { readonly calls: unknown[][]; readonly listening: Listening } {
    const calls: unknown[][] = []
    const listening: Listening = {
      addLog: async (...call) => {
        calls.push(call)
        await gate.pass()
        throw new Error('Redis is away')
      },
      setProgress: async (...call) => {
        calls.push(call)
      },
    }
    return { calls, listening }
  }

  it('sends what was said meanwhile together, and only the last progress', async () => {
    const gate = new Gate()
    const { calls, listening } = heard(gate)
    const voice = new Voice('x', listening)
    voice.log('1')
    for (const percent of [1, 2, 3]) voice.progress(percent, undefined)
    voice.log('2')
    voice.log('3')
    gate.open()
    await voice.said
    expect(calls).toEqual([
      ['x', ['1']],
      ['x', ['2', '3']],
      ['x', 3, undefined],
    ])
    expect(voice.said).toBeUndefined()
  })
})
