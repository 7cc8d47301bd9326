// Calls that must compile, and calls that must not: the compiler reads this file and nobody runs it.

import { enqueue, enqueueIn, Job, Resque, Worker } from '../src/index.ts'

class SendEmail extends Job {
  static queue = 'mail'
  static retry = { limit: 5, backoff: 'exponential' } as const
  async perform(to: string, template: string): Promise<void> {
    this.job.log(`${to} ${template}`)
  }
}

class Resize {
  static queue = 'images'
  static retry = { limit: 2, backoff: [1, 10] }
  perform(path: string, options?: { readonly width: number }): string {
    return `${path} ${options?.width}`
  }
}

class Lazy {
  static queue = 'mail'
  name = 'no perform'
}

export async function calls(resque: Resque, date: Date): Promise<void> {
  const id: string | null = await resque.enqueue(SendEmail, 'ann@example.com', 'welcome')
  await resque.enqueue(Resize, 'a.png')
  await resque.enqueueAt(date, Resize, 'a.png', { width: 5 })
  await resque.enqueueAt(1_800_000_000, SendEmail, 'ann', 'welcome')
  await resque.enqueueInWithQueue('high', 5, SendEmail, 'ann', 'welcome')
  await resque.enqueueTo('mail', 'Anything', 1, { any: ['thing'] })
  await enqueue(SendEmail, 'ann', 'welcome')
  const verbs = resque.with({ timeoutSeconds: 5, unique: { key: (to: string) => to, within: '10m' } })
  await verbs.enqueueIn(5, SendEmail, 'ann', 'welcome')
  await resque.enqueueBulk([{ job: SendEmail, args: ['ann', 'welcome'], unique: { onConflict: 'move' } }])
  const status = id === null ? null : await resque.status(id)
  const state: 'waiting' | 'running' | 'failed' | 'complete' | 'delayed' | 'cancelled' | undefined =
    status?.state
  new Worker({ queues: 'mail', jobs: [SendEmail, Resize] }).on(
    'completed',
    ({ durationMs }) => durationMs + 1,
  )
  new Worker({ queues: ['mail'], jobs: { SendEmail, 'Admin::Resize': Resize } }).on(
    'failed',
    ({ error }) => error ?? state,
  )
}

export async function wrongArgs(resque: Resque, date: Date): Promise<void> {
  // @ts-expect-error an argument of another type, with options
  await resque.with({ queue: 'high' }).enqueue(SendEmail, 42, 'welcome')
  // @ts-expect-error an option that there is not
  resque.with({ timeout: 5 })
  // @ts-expect-error a choice that there is not
  resque.with({ unique: { onConflict: 'drop' } })
  // @ts-expect-error an argument of another type
  await resque.enqueue(SendEmail, 42, 'welcome')
  // @ts-expect-error an argument too few
  await resque.enqueue(SendEmail, 'ann')
  // @ts-expect-error an argument too many
  await resque.enqueue(SendEmail, 'ann', 'welcome', 'more')
  // @ts-expect-error a member of another type
  await resque.enqueueIn(5, Resize, 'a.png', { width: 'wide' })
  // @ts-expect-error an argument of another type, later
  await resque.enqueueAt(date, SendEmail, 'ann', 7)
  // @ts-expect-error an argument of another type, in another queue
  await resque.enqueueTo('high', SendEmail, 'ann', null)
  // @ts-expect-error the same for the default client
  await enqueueIn(5, SendEmail, 'ann')
}

export async function wrongCalls(resque: Resque): Promise<void> {
  // @ts-expect-error a class without perform
  await resque.enqueue(Lazy)
  // @ts-expect-error a text is no number of seconds
  await resque.enqueueIn('300', SendEmail, 'ann', 'welcome')
  // @ts-expect-error a text is no date
  await resque.enqueueAt('tomorrow', SendEmail, 'ann', 'welcome')
  // @ts-expect-error a key that does not exist
  await resque.enqueueBulk([{ job: SendEmail, arguments: ['ann', 'welcome'] }])
  // @ts-expect-error the id may be null
  await resque.status(await resque.enqueue(SendEmail, 'ann', 'welcome'))
  // @ts-expect-error a client has no such verb
  await resque.perform(SendEmail)
  // @ts-expect-error an option that does not exist
  new Resque({ url: 'redis://127.0.0.1' })
  // @ts-expect-error a worker without queues
  new Worker({ jobs: [SendEmail] })
  // @ts-expect-error a worker of classes that are no jobs
  new Worker({ queues: 'mail', jobs: [Lazy] })
  // @ts-expect-error an event that does not exist
  new Worker({ queues: 'mail', jobs: [SendEmail] }).on('finished', () => undefined)
}
