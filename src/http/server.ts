// Serves the pages, and stops soon when it is told to, whoever holds a connection open.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { after } from '../clock.ts'
import { ConfigurationError, ResqueError } from '../errors.ts'
import type { PageSource } from './page-source.ts'
import { pagesOf } from './pages.ts'

export interface HttpServer {
  /** The port it listens on, also when any free one was asked for. */
  readonly port: number
  /** Stops within a second; connections that are open then are cut. */
  close(): Promise<void>
}

/** How long answers that are under way may take. */
const patienceMs = 500

function cannotListen(error: NodeJS.ErrnoException, where: string): Error {
  const { code = '', message } = error
  if (code === 'EADDRINUSE') {
    const why = `the pages cannot be served on ${where}: another program listens there`
    return new ResqueError('PORT_IN_USE', `${why}. End it, or give --http another port.`, { cause: error })
  }
  const cure = 'Give --http a port, or HOST:PORT with an address of this machine.'
  return new ConfigurationError(`the pages cannot be served on ${where}: ${message}. ${cure}`, {
    cause: error,
  })
}

function listen(server: Server, port: number, host: string | undefined): Promise<void> {
  const where = host === undefined ? `port ${port}` : `${host}:${port}`
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(cannotListen(error, where))
    server.once('error', onError)
    server.listen(port, host, () => {
      server.off('error', onError)
      resolve()
    })
  })
}

function end(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const callOff = after(patienceMs, () => server.closeAllConnections())
    server.close(() => {
      callOff()
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** @throws ResqueError when the port is taken, ConfigurationError when it cannot be listened on otherwise */
export async function openServer(
  source: PageSource,
  port: number,
  host: string | undefined,
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: pagesOf(source).fetch }) as Server
  await listen(server, port, host)
  // A client that hangs up in the middle is no trouble of ours.
  server.on('error', () => undefined)
  let closed: Promise<void> | undefined
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closed ??= end(server)
      return closed
    },
  }
}
