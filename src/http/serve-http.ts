// Serves the health and the metrics of a scheduler or a worker. What that takes is loaded when it is asked for: who
// serves nothing pays nothing.

import { InvalidArgumentError } from '../errors.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import type { Worker } from '../worker/worker.ts'
import { checkMaxLag, defaultMaxLagSeconds } from './health.ts'
import type { PageSource } from './page-source.ts'
import type { HttpServer } from './server.ts'

export interface ServeHttpOptions {
  /** 0 for any free port. */
  readonly port: number
  /** Default: every address of this machine. */
  readonly host?: string | undefined
  /** One of the two. */
  readonly scheduler?: Scheduler
  readonly worker?: Worker
  /** Of a scheduler: how late a delayed job or a recurring run may be before /readyz says so. Default 30. */
  readonly maxLagSeconds?: number
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return
  const why = `port is ${String(port)}: it must be a whole number from 0 to 65535.`
  throw new InvalidArgumentError('port', port, why)
}

async function sourceOf({ scheduler, worker, maxLagSeconds }: ServeHttpOptions): Promise<PageSource> {
  if (scheduler !== undefined && worker === undefined) {
    const { SchedulerSource } = await import('./scheduler-source.ts')
    return new SchedulerSource(scheduler, maxLagSeconds ?? defaultMaxLagSeconds)
  }
  if (worker !== undefined && scheduler === undefined) {
    const { WorkerSource } = await import('./worker-source.ts')
    return new WorkerSource(worker)
  }
  const why = 'serveHttp serves one scheduler or one worker. Call it once for each, with different ports.'
  throw new InvalidArgumentError('scheduler', scheduler, why)
}

/**
 * Serves /healthz, /readyz and /metrics of a scheduler or a worker until `close`. They are told in
 * docs/monitoring.md.
 *
 *     const pages = await serveHttp({ port: 9394, scheduler })
 *     …
 *     await pages.close()
 *
 * @throws InvalidArgumentError; ResqueError (code PORT_IN_USE) or ConfigurationError when it cannot listen
 */
export async function serveHttp(options: ServeHttpOptions): Promise<HttpServer> {
  checkPort(options.port)
  checkMaxLag(options.maxLagSeconds ?? defaultMaxLagSeconds)
  return serveSource(await sourceOf(options), options)
}

/** The same for any source. */
export async function serveSource(
  source: PageSource,
  { port: wanted, host }: Pick<ServeHttpOptions, 'port' | 'host'>,
): Promise<HttpServer> {
  try {
    const { openServer } = await import('./server.ts')
    const { port, close } = await openServer(source, wanted, host)
    return { port, close: () => close().finally(() => source.close()) }
  } catch (error) {
    source.close()
    throw error
  }
}
