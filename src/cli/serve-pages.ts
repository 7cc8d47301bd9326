// The pages of a daemon's program: opened when --http was given, closed at its end.

import type { HttpPlace } from '../config/http-place.ts'
import { type ServeHttpOptions, serveHttp } from '../http/serve-http.ts'
import type { HttpServer } from '../http/server.ts'
import type { Log } from '../log.ts'

export interface PagesSettings {
  readonly http: HttpPlace | undefined
  readonly maxLagSeconds?: number
}

/** Serves while `work` goes on; without --http it is `work` alone. @throws what serveHttp throws */
export async function whileServing<T>(
  { http, maxLagSeconds }: PagesSettings,
  daemon: Pick<ServeHttpOptions, 'scheduler' | 'worker'>,
  log: Log,
  work: () => Promise<T>,
): Promise<T> {
  if (http === undefined) return work()
  const lag = maxLagSeconds === undefined ? {} : { maxLagSeconds }
  return whileOpen(http, () => serveHttp({ ...http, ...daemon, ...lag }), log, work)
}

/** The same with pages that are opened so. */
export async function whileOpen<T>(
  http: HttpPlace,
  open: () => Promise<HttpServer>,
  log: Log,
  work: () => Promise<T>,
): Promise<T> {
  const pages = await open()
  const host = http.host === undefined ? 'localhost' : http.host.includes(':') ? `[${http.host}]` : http.host
  log.say('info', `health and metrics: http://${host}:${pages.port}`, { port: pages.port })
  try {
    return await work()
  } finally {
    await pages.close()
  }
}
