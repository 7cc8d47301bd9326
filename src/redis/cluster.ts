// Redis Cluster: how ioredis is set up for it. All keys of a namespace are in one slot, so that one node carries
// them and our scripts may use any of them.

import { Cluster } from 'ioredis'
import { backoffMs, type Flushable, type Options } from './defaults.ts'
import type { Address } from './url.ts'

export interface ClusterHandle {
  readonly cluster: Cluster
  /** Why there is no connection; undefined when there is one. */
  lastError(): Error | undefined
}

/** What ioredis tells when no node has answered. */
function reasonIn(error: Error & { readonly lastNodeError?: unknown }): Error {
  return error.lastNodeError instanceof Error ? error.lastNodeError : error
}

/**
 * A command that was sent when the connection broke fails at once, as on a single server: ioredis would send it
 * again (`retryDelayOnFailover`). So do those that wait while no node can be reached.
 */
export function openCluster(nodes: readonly Address[], redisOptions: Options): ClusterHandle {
  let last: Error | undefined
  const giveUp = (error: Error): void => {
    last = reasonIn(error)
    ;(cluster as unknown as Flushable).flushQueue(last)
  }
  const cluster: Cluster = new Cluster([...nodes], {
    redisOptions,
    retryDelayOnFailover: 0,
    maxRedirections: 8,
    clusterRetryStrategy: (attempt, reason) => {
      if (reason !== undefined) giveUp(reason)
      return backoffMs(attempt)
    },
  })
  cluster.on('error', giveUp)
  cluster.on('ready', () => {
    last = undefined
  })
  return { cluster, lastError: () => last }
}

/** Lets commands that were sent be answered, and closes every connection. */
export async function endCluster(cluster: Cluster): Promise<void> {
  if (cluster.status === 'ready') await cluster.quit().catch(() => undefined)
  cluster.disconnect()
  ;(cluster as unknown as Flushable).flushQueue(new Error('Connection is closed.'))
}
