// Fails once, then succeeds: with `retry` a failed job is delayed and tried again by itself. `backoff` is a list
// of seconds here; 'linear' and 'exponential' are the other choices.

import { Job } from 'resque-scheduler'

export class FlakyUpload extends Job {
  static queue = 'low'
  static retry = { limit: 3, backoff: [1] }

  perform(file) {
    if (this.job.attempt === 1) throw new Error(`the connection was lost while uploading ${file}`)
    this.job.log(`${file} uploaded at attempt ${this.job.attempt}`)
  }
}
