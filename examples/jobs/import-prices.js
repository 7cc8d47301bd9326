// Fails on purpose: what a job throws is kept, with class, args and backtrace, on the failed list.
// resque failed shows it, resque failed retry ID puts it back into its queue.

import { Job } from 'resque-scheduler'

export class ImportPrices extends Job {
  static queue = 'low'

  perform(url) {
    this.job.log(`fetching ${url}`)
    throw new Error('503 Service Unavailable (this example fails on purpose)')
  }
}
