// Enqueues the mail job three ways, performs what is due, and waits for the first to end:
//
//   npx tsx examples/typescript/enqueue.ts        (Redis at REDIS_URL or redis://127.0.0.1:6379)

import { Resque, Worker } from 'resque-scheduler'
import { SendEmail } from './send-email.ts'

const resque = new Resque({
  redis: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
  namespace: 'example',
})
const worker = new Worker({ resque, queues: 'mail', jobs: [SendEmail] })

const id = await resque.enqueue(SendEmail, 'ann@example.com', 'welcome')
const later = await resque.enqueueIn(300, SendEmail, 'ann@example.com', 'follow-up')
await resque.enqueueAt(new Date('2027-01-01T09:00:00Z'), SendEmail, 'ann@example.com', 'new-year')

await worker.start()
if (id !== null) console.log(await resque.waitFor(id))
if (later !== null) console.log(await resque.status(later))

await worker.stop()
await resque.close()
