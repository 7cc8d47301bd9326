// Performing in tests: one job, all that wait, or each as it is enqueued.

import { describe, expect, it } from 'vitest'
import { DontPerform } from '../../src/errors.ts'
import { Job } from '../../src/job/job.ts'
import { kit } from './kit.ts'

class Upcase extends Job {
  static queue = 'text'
  static heard: string[] = []
  static beforePerform(text: string): void {
    if (text === '') throw new DontPerform('there is nothing to do')
    Upcase.heard.push(`before ${text}`)
  }
  static onFailure(error: Error, text: string): void {
    Upcase.heard.push(`failure ${text}: ${error.message}`)
  }
  perform(text: string): string {
    this.job.log(`got ${text}`)
    this.job.progress(50)
    if (text === 'bad') throw new Error('no text')
    return text.toUpperCase()
  }
}

class Parent extends Job {
  static queue = 'text'
  async perform(text: string): Promise<string> {
    await this.job.enqueue(Upcase, text)
    return 'parent'
  }
}

class Flaky extends Job {
  static queue = 'text'
  static retry = { limit: 1, backoff: [60] }
  perform(): number {
    if (this.job.attempt === 1) throw new Error('once more')
    return this.job.attempt
  }
}

const jobs = [Upcase, Parent, Flaky]

describe('perform', () => {
  it('gives the result, what the job said, and calls its hooks', async () => {
    Upcase.heard = []
    const done = await kit().perform(Upcase, 'abc')
    expect(done).toMatchObject({ class: 'Upcase', args: ['abc'], outcome: 'complete', result: 'ABC' })
    expect(done).toMatchObject({ logs: ['got abc'], progress: 50 })
    expect(Upcase.heard).toEqual(['before abc'])
  })

  it('gives the error of a job that fails, and what vetoed it', async () => {
    Upcase.heard = []
    const here = kit()
    const failed = await here.perform(Upcase, 'bad')
    expect(failed).toMatchObject({ outcome: 'failed', error: new Error('no text') })
    expect(Upcase.heard).toEqual(['before bad', 'failure bad: no text'])
    expect(await here.perform(Upcase, '')).toMatchObject({ outcome: 'vetoed' })
  })

  it('lets the job enqueue', async () => {
    const here = kit()
    const { id } = await here.perform(Parent, 'abc')
    expect(await here.enqueued(Upcase)).toMatchObject([{ args: ['abc'], queue: 'text' }])
    expect(id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('refuses args that could not be enqueued', async () => {
    await expect(kit().perform(Upcase, new Date() as unknown as string)).rejects.toThrow(/it is a Date/)
  })
})

describe('drain', () => {
  it('tells of each job what became of it, those that were enqueued meanwhile as well', async () => {
    const here = kit({ jobs })
    await here.resque.enqueue(Parent, 'abc')
    await here.resque.enqueue(Upcase, 'bad')
    await here.resque.enqueue(Upcase, '')
    const performed = await here.drain()
    const told = performed.map(({ class: name, args, outcome }) => `${name} ${args[0]} ${outcome}`).sort()
    expect(told).toEqual([
      'Parent abc complete',
      'Upcase  vetoed',
      'Upcase abc complete',
      'Upcase bad failed',
    ])
    expect(performed.find(({ args }) => args[0] === 'bad')?.logs).toEqual(['got bad'])
  })

  it('leaves the jobs of a paused queue alone', async () => {
    const here = kit({ jobs })
    await here.resque.queues.pause('text')
    await here.resque.enqueue(Upcase, 'abc')
    expect(await here.drain()).toEqual([])
    expect(await here.enqueued()).toHaveLength(1)
  })

  it('says why when no worker takes what waits', async () => {
    const here = kit({ jobs })
    await here.resque.workers.pauseAll()
    await here.resque.enqueue(Upcase, 'abc')
    await expect(here.drain()).rejects.toThrow(
      /jobs wait in "\*" that the worker does not take\. .*resumeAll/,
    )
    await here.resque.workers.resumeAll()
    expect(await here.drain()).toHaveLength(1)
  })

  it('tells of a class that it was not given, with the nearest that it was', async () => {
    const here = kit({ jobs })
    await here.resque.enqueueTo('text', 'Upcaes', 'abc')
    const [failed] = await here.drain()
    expect(failed).toMatchObject({ class: 'Upcaes', outcome: 'failed' })
    expect(String(failed?.error)).toMatch(/knows Flaky, Parent, Upcase\. Did you mean "Upcase"\?/)
    expect((await here.resque.failed.list())[0]?.error).toMatch(/Did you mean "Upcase"/)
  })
})

describe('inline', () => {
  it('performs a job before the call resolves, and the jobs that it enqueues before it ends', async () => {
    const here = kit({ jobs })
    const performed = here.inline()
    const id = await here.resque.enqueue(Parent, 'abc')
    expect(performed.map(({ class: name }) => name)).toEqual(['Upcase', 'Parent'])
    expect(await here.resque.status(String(id))).toMatchObject({ state: 'complete', result: 'parent' })
    expect(await here.enqueued()).toEqual([])
  })

  it('leaves a failed job on the failed list, and a job for later until then', async () => {
    const here = kit({ jobs })
    const performed = here.inline()
    await here.resque.enqueue(Upcase, 'bad')
    await here.resque.enqueueIn(60, Upcase, 'abc')
    expect(performed).toMatchObject([{ outcome: 'failed', error: new Error('no text') }])
    expect(await here.resque.failed.count()).toBe(1)
    expect(await here.delayed(Upcase)).toMatchObject([{ at: new Date('2027-01-01T00:01:00Z') }])
  })

  it('ends when told', async () => {
    const here = kit({ jobs })
    here.inline()
    here.queued()
    await here.resque.enqueue(Upcase, 'abc')
    expect(await here.enqueued()).toHaveLength(1)
  })
})

describe('travel', () => {
  it('performs on the way what falls due, retries among it', async () => {
    const here = kit({ jobs })
    await here.resque.enqueueIn(30, Flaky)
    await here.resque.enqueueIn(60, Upcase, 'abc')
    const performed = await here.travel(120, { drain: true })
    const told = performed.map(({ class: name, outcome, result }) => [name, outcome, result])
    expect(told).toEqual([
      ['Flaky', 'retried', undefined],
      ['Upcase', 'complete', 'ABC'],
      ['Flaky', 'complete', 2],
    ])
    expect(new Date(here.clock.nowMs())).toEqual(new Date('2027-01-01T00:02:00Z'))
  })

  it('refuses to go back, and times that are none', async () => {
    const here = kit()
    await expect(here.travelTo(new Date('2026-12-31T00:00:00Z'))).rejects.toThrow(
      /cannot travel to 2026-12-31/,
    )
    await expect(here.travelTo(new Date(Number.NaN))).rejects.toThrow(/cannot travel to no date/)
    await expect(here.travel(-1)).rejects.toThrow(/-1/)
  })

  it('asks the hooks of the classes it knows, as a scheduler does', async () => {
    class Asked {
      static queue = 'text'
      static beforeEnqueue(): boolean {
        return false
      }
      perform(): void {}
    }
    const here = kit({ jobs: [Asked] })
    await here.resque.enqueueIn(30, Asked)
    await here.travel(60)
    expect([await here.enqueued(), await here.delayed()]).toEqual([[], []])
  })
})
