// Clients that are handed in and that send a command again when its reply was lost, as ioredis does unless it is
// told otherwise. A job that has an id is known again; one that has none, or no status, is then enqueued twice.

import type { Connection } from './connection.ts'

const warned = new WeakSet<object>()

/** Warns, once for each client, before jobs are sent that Redis cannot know again. */
export function warnOfResending({ redis, resends, isCluster }: Connection): void {
  if (!resends || warned.has(redis)) return
  warned.add(redis)
  const cure = isCluster ? 'retryDelayOnFailover: 0' : 'autoResendUnfulfilledCommands: false'
  process.emitWarning(
    `the Redis client that was handed in sends commands again when the connection breaks: jobs without a status (payload "ruby", track: false) may be enqueued twice. Make it with ${cure}, or give a URL.`,
    { type: 'ResqueWarning', code: 'RESQUE_RESENDS' },
  )
}
