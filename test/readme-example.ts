// The TypeScript example of the README, for the type check; readme.test.ts keeps the two the same.

import { Job, Resque } from '../src/index.ts'

export class SendEmail extends Job {
  static queue = 'mail'
  async perform(to: string, template: string): Promise<void> {
    this.job.log(`sending ${template} to ${to}`)
  }
}

const resque = new Resque()
await resque.enqueue(SendEmail, 'ann@example.com', 'welcome')
// @ts-expect-error: perform takes a text, not a number
await resque.enqueue(SendEmail, 42, 'welcome')
