// Sends one mail. `this.job` tells what is known of the job and takes what it has to say:
// log lines and progress are kept with its status (resque status ID).

import { setTimeout as wait } from 'node:timers/promises'
import { Job } from 'resque-scheduler'

export class SendEmail extends Job {
  static queue = 'mail'
  static retry = { limit: 5, backoff: 'exponential' }
  static timeoutSeconds = 30

  async perform(to, template) {
    this.job.log(`rendering ${template}`)
    await wait(50, undefined, { signal: this.job.signal })
    this.job.progress(50)
    this.job.log(`sent to ${to}`)
    await wait(50, undefined, { signal: this.job.signal })
    return { messageId: `${template}-${this.job.attempt}@example.com` }
  }
}
