// One worker process: performs the jobs of jobs.mjs until SIGTERM.

import { Redis } from 'ioredis'
import { Worker } from '../../../dist/index.js'
import { journalJobs } from './jobs.mjs'
import { part, say, sayAll, untilTerminated } from './stage.mjs'

const undisturbed = new Redis(part.journalUrl)
const worker = new Worker({
  redis: part.url,
  namespace: part.namespace,
  queues: part.queues ?? '*',
  jobs: journalJobs(undisturbed, part.journal, part.mood),
  concurrency: part.concurrency ?? 2,
  termTimeoutSeconds: part.termTimeoutSeconds ?? 5,
})
sayAll(worker, ['started', 'stopped', 'refused', 'trouble', 'recovered'])
await worker.run(untilTerminated())
undisturbed.disconnect()
say('ended')
