// A recurring job: schedules/app.json enqueues it every five seconds. `this.job.recurring` says which
// occurrence this is, so that a run that was made up for later still works on its own period.

import { Job } from 'resque-scheduler'

export class DigestEmail extends Job {
  static queue = 'mail'

  perform(period) {
    const { recurring } = this.job
    const until = recurring === null ? 'now' : new Date(recurring.plannedMs).toISOString()
    this.job.log(`${period} digest until ${until}`)
  }
}
