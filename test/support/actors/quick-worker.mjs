// One worker process whose jobs take no time at all, until SIGTERM. Each job is noted in a file before it is over, so
// that whatever befalls the process nothing that it has done is missed.

import { appendFileSync } from 'node:fs'
import { Worker } from '../../../dist/index.js'
import { part, say, sayAll, untilTerminated } from './stage.mjs'

class Quick {
  perform(name) {
    appendFileSync(part.file, `${name}\n`)
    return name % 10 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined
  }
}

const { url: redis, namespace, concurrency } = part
const worker = new Worker({
  redis,
  namespace,
  queues: '*',
  jobs: [Quick],
  concurrency,
  termTimeoutSeconds: 5,
})
sayAll(worker, ['started', 'stopped', 'refused', 'trouble', 'recovered'])
await worker.run(untilTerminated())
say('ended')
