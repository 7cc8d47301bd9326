// The producer of the soak, a process of its own: enqueues the steady load until it is told to stop.

import { setTimeout as sleep } from 'node:timers/promises'
import { Resque } from '../../dist/index.js'
import { openLedger } from './ledger.mjs'
import { steadyLoad, tickMs } from './load.mjs'

const [redis, ledgerPort, keepStatusSeconds] = process.argv.slice(2)
const resque = new Resque({ redis, defaultQueue: 'soak', keepStatusSeconds: Number(keepStatusSeconds) })
const ledger = openLedger(Number(ledgerPort))
const load = steadyLoad(resque, ledger)

let isStopping = false
process.on('message', (message) => {
  if (message === 'stop') isStopping = true
  else process.send({ heapMb: process.memoryUsage().heapUsed / 1_048_576 })
})
process.once('disconnect', () => process.exit(1))

/** A tick that comes late is not made up: the load stays steady. */
async function produce() {
  for (let number = 0; !isStopping; number++) {
    const startedMs = performance.now()
    await load.tick(number)
    await sleep(Math.max(0, tickMs - (performance.now() - startedMs)))
  }
  return load.finish()
}

const report = await produce()
await resque.close()
process.send({ report }, () => process.exit(0))
