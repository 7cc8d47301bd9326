// One scheduler process with the recurring entries of a YAML text, until SIGTERM.

import { loadSchedule, Scheduler } from '../../../dist/index.js'
import { part, say, sayAll, untilTerminated } from './stage.mjs'

const { entries, problems } = part.schedule ? loadSchedule(part.schedule) : { entries: [], problems: [] }
if (problems.length > 0) throw new Error(JSON.stringify(problems))
/** A class that is asked before its jobs are enqueued. */
class Note {
  static beforeDelayedEnqueue() {}
  perform() {}
}

const jobs = part.asks ? { Note } : {}
const scheduler = new Scheduler({ redis: part.url, namespace: part.namespace, entries, jobs })
sayAll(scheduler, ['started', 'leading', 'standby', 'fired', 'stopped', 'trouble', 'recovered'])
await scheduler.run(untilTerminated())
say('ended')
