// The mail job in TypeScript: calls of enqueue are checked against the parameters of perform.

import { setTimeout as wait } from 'node:timers/promises'
import { Job, type RetryOptions } from 'resque-scheduler'

export class SendEmail extends Job {
  static queue = 'mail'
  static retry: RetryOptions = { limit: 5, backoff: 'exponential' }
  static timeoutSeconds = 30

  async perform(to: string, template: string): Promise<{ messageId: string }> {
    this.job.log(`sending ${template} to ${to}`)
    await wait(100, undefined, { signal: this.job.signal })
    this.job.progress(100)
    return { messageId: `${template}-${this.job.attempt}@example.com` }
  }
}
