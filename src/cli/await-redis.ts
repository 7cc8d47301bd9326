// A daemon that starts before its Redis waits for it; one that has the wrong password, or finds a server that
// is too old, ends at once and says so.

import { Resque } from '../client/resque.ts'
import { systemClock } from '../clock.ts'
import type { Log } from '../log.ts'
import { isConnectionTrouble } from '../redis/connection.ts'

export interface RedisPlace {
  readonly redis: string
  readonly namespace: string
}

/** How long one try may take, and how long to rest after it. */
const tryMs = 1_500
const restMs = 500

function isWorthWaiting(error: unknown): boolean {
  return error instanceof Error && isConnectionTrouble(error.cause)
}

/** Whoever calls may have more settings than those of the place. */
async function attempt({ redis, namespace }: RedisPlace): Promise<unknown> {
  const resque = new Resque({ redis, namespace, commandTimeoutMs: tryMs })
  try {
    await resque.connect()
    return undefined
  } catch (error) {
    return error
  } finally {
    await resque.close()
  }
}

/** Resolves when Redis answers (true) or the signal aborts (false). @throws RedisError that waiting would not cure */
export async function awaitRedis(place: RedisPlace, log: Log, signal: AbortSignal): Promise<boolean> {
  for (let tries = 0; !signal.aborted; tries++) {
    const error = await attempt(place)
    if (error === undefined) {
      if (tries > 0) log.say('info', 'Redis answers')
      return true
    }
    if (!isWorthWaiting(error)) throw error
    if (tries === 0) log.say('error', `${error instanceof Error ? error.message : error} Waiting for it.`)
    await systemClock.sleep(restMs, signal)
  }
  return false
}
