// The hooks around performing: their order, their veto, and what their errors do.

import { describe, expect, it } from 'vitest'
import { DontPerform } from '../../src/errors.ts'
import type { JobContext } from '../../src/job/job.ts'
import type { WorkerPlugin } from '../../src/worker/plugins.ts'
import { eventually } from '../support/eventually.ts'
import { world } from '../support/world.ts'

type Perform = () => Promise<unknown>

/** A plugin that notes when it is called. */
function noting(steps: string[], name: string): WorkerPlugin {
  return {
    beforePerform: () => void steps.push(`${name} before`),
    aroundPerform: async (perform) => {
      steps.push(`${name} in`)
      await perform()
      steps.push(`${name} out`)
    },
    afterPerform: (_job, result) => void steps.push(`${name} after ${result}`),
    onFailure: (error) => void steps.push(`${name} failure ${(error as Error).message}`),
  }
}

describe('the hooks of a class', () => {
  it('are called in order: worker, class plugins, own ones in alphabetical order, and out again', async () => {
    const here = world()
    const steps: string[] = []
    // biome-ignore lint/complexity/noStaticOnlyClass: hooks are inherited from such classes
    class Base {
      static afterPerform(...args: unknown[]): void {
        steps.push(`after ${args}`)
      }
    }
    class Hooked extends Base {
      static plugins = [noting(steps, 'first'), noting(steps, 'second')]
      static beforePerformB(): void {
        steps.push('before b')
      }
      static beforePerform(...args: unknown[]): void {
        steps.push(`before ${args}`)
      }
      static async aroundPerformA(perform: Perform, ...args: unknown[]): Promise<void> {
        steps.push(`a in ${args}`)
        steps.push(`a out ${await perform()}`)
      }
      static async aroundPerformB(perform: Perform): Promise<void> {
        steps.push('b in')
        await perform()
        steps.push('b out')
      }
      setUp(): void {
        steps.push('setUp')
      }
      perform(): string {
        steps.push('perform')
        return 'done'
      }
      tearDown(): void {
        steps.push('tearDown')
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Hooked', 1, 2)) ?? ''
    await here.worker({ queues: 'q', jobs: [Hooked], plugins: [noting(steps, 'worker')] }).start()
    expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: 'done' })
    expect(steps).toEqual([
      ...['worker before', 'worker in', 'first before', 'second before', 'before 1,2', 'before b'],
      ...['first in', 'second in', 'a in 1,2', 'b in', 'setUp', 'perform', 'tearDown', 'b out', 'a out done'],
      ...['second out', 'first out', 'after 1,2', 'first after done', 'second after done'],
      ...['worker out', 'worker after done'],
    ])
  })

  it('may keep the job from being performed: it is done then, and no failure', async () => {
    const here = world()
    const steps: string[] = []
    class Vetoed {
      static beforePerform(how: string): boolean | undefined {
        if (how === 'throws') throw new DontPerform('there is a newer one')
        return how === 'returns false' ? false : undefined
      }
      setUp(): void {
        throw new DontPerform('not today')
      }
      static afterPerform(): void {
        steps.push('after')
      }
      static onFailure(): void {
        steps.push('failure')
      }
      perform(): void {
        steps.push('perform')
      }
    }
    const reasons: string[] = []
    const worker = here.worker({ queues: 'q', jobs: [Vetoed], concurrency: 1 })
    worker.on('vetoed', ({ reason, class: name }) => reasons.push(`${name}: ${reason}`))
    await worker.start()
    for (const how of ['throws', 'returns false', 'setUp throws']) {
      const id = (await here.resque.enqueueTo('q', 'Vetoed', how)) ?? ''
      expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: null })
    }
    expect(steps).toEqual([])
    expect(reasons).toEqual([
      'Vetoed: there is a newer one',
      'Vetoed: the job was not to be performed',
      'Vetoed: not today',
    ])
    expect(await here.resque.stats()).toMatchObject({ processed: 3, failed: 0 })
  })

  it.each(['beforePerform', 'aroundPerform', 'afterPerform'] as const)(
    'make the job fail when they fail: %s',
    async (name) => {
      const here = world()
      const heard: unknown[][] = []
      class Hooked {
        static onFailure(error: Error, ...args: unknown[]): void {
          heard.push([error.message, ...args])
        }
        perform(): void {}
      }
      Object.defineProperty(Hooked, name, {
        value: async () => {
          throw new Error(`no ${name}`)
        },
      })
      const id = (await here.resque.enqueueTo('q', 'Hooked', 'a')) ?? ''
      await here.worker({ queues: 'q', jobs: [Hooked] }).start()
      expect(await here.resque.waitFor(id)).toMatchObject({
        state: 'failed',
        error: { message: `no ${name}` },
      })
      expect(heard).toEqual([[`no ${name}`, 'a']])
    },
  )

  it('hear of a failure: the class, its plugins, the worker; none of their errors takes its place', async () => {
    const here = world()
    const steps: string[] = []
    class Failing {
      static plugins = [noting(steps, 'plugin')]
      static onFailureA(): void {
        throw new Error('the hook is broken')
      }
      static async onFailureB({ message }: Error, ...args: unknown[]): Promise<void> {
        steps.push(`own failure ${message} ${args}`)
      }
      perform(): void {
        throw new RangeError('too many')
      }
    }
    const broken: unknown[] = []
    const worker = here.worker({ queues: 'q', jobs: [Failing], plugins: [noting(steps, 'worker')] })
    worker.on('hookFailed', ({ hook, error, job }) =>
      broken.push([hook, (error as Error).message, job?.class]),
    )
    await worker.start()
    const id = (await here.resque.enqueueTo('q', 'Failing', 7)) ?? ''
    expect(await here.resque.waitFor(id)).toMatchObject({
      error: { name: 'RangeError', message: 'too many' },
    })
    expect(steps.slice(-3)).toEqual([
      'own failure too many 7',
      'plugin failure too many',
      'worker failure too many',
    ])
    expect(broken).toEqual([['onFailure', 'the hook is broken', 'Failing']])
  })

  it('hear of each attempt that failed, and of a timeout', async () => {
    const here = world()
    const attempts: string[] = []
    class Slow {
      static timeoutSeconds = 0.02
      static plugins = [
        {
          onFailure: (error: unknown, { attempt }: JobContext) =>
            void attempts.push(`${attempt} ${(error as Error).name}`),
        },
      ]
      declare job: JobContext
      perform(): Promise<void> {
        const { signal } = this.job
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      }
    }
    await here.resque.enqueueTo('q', 'Slow')
    await here.worker({ queues: 'q', jobs: [Slow] }).start()
    await eventually(() => expect(attempts).toEqual(['1 JobTimeoutError']))
  })
})

describe('aroundPerform', () => {
  it('that does not call perform: the job is done without it', async () => {
    const here = world()
    class Skipped {
      static aroundPerform(): string {
        return 'not the result'
      }
      perform(): never {
        throw new Error('must not be performed')
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Skipped')) ?? ''
    await here.worker({ queues: 'q', jobs: [Skipped] }).start()
    expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: null })
  })

  it('that does not wait for perform: the job ends with it all the same', async () => {
    const here = world()
    class Hasty {
      static aroundPerform(perform: Perform): void {
        void perform()
      }
      async perform(fails: boolean): Promise<string> {
        await new Promise((resolve) => setImmediate(resolve))
        if (fails) throw new Error('after a while')
        return 'after a while'
      }
    }
    await here.worker({ queues: 'q', jobs: [Hasty] }).start()
    const [good, bad] = await here.resque.enqueueBulk(
      [false, true].map((fails) => ({ job: 'Hasty', queue: 'q', args: [fails] })),
    )
    expect(await here.resque.waitFor(good ?? '')).toMatchObject({ result: 'after a while' })
    expect(await here.resque.waitFor(bad ?? '')).toMatchObject({ error: { message: 'after a while' } })
  })

  it('may catch what perform throws', async () => {
    const here = world()
    class Caught {
      static async aroundPerform(perform: Perform): Promise<void> {
        await perform().catch(() => undefined)
      }
      perform(): void {
        throw new Error('caught')
      }
    }
    const id = (await here.resque.enqueueTo('q', 'Caught')) ?? ''
    await here.worker({ queues: 'q', jobs: [Caught] }).start()
    expect(await here.resque.waitFor(id)).toMatchObject({ state: 'complete', result: null })
  })
})

it('tearDown is not called when perform threw, as in php-resque', async () => {
  const here = world()
  const steps: string[] = []
  class Torn {
    perform(): void {
      throw new Error('no')
    }
    tearDown(): void {
      steps.push('tearDown')
    }
  }
  const id = (await here.resque.enqueueTo('q', 'Torn')) ?? ''
  await here.worker({ queues: 'q', jobs: [Torn] }).start()
  expect(await here.resque.waitFor(id)).toMatchObject({ state: 'failed' })
  expect(steps).toEqual([])
})
