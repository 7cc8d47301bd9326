// A connection to any node of a Cluster, for subscriptions: what is published at one node is told at all. When the
// node fails, another one is taken at the next attempt.

import { connect as connectPlainly, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectByTls } from 'node:tls'
import { AbstractConnector, type Cluster, Redis } from 'ioredis'
import { systemClock } from '../clock.ts'
import { defaults, type Options, patient } from './defaults.ts'

interface Node {
  readonly host: string
  readonly port: number
  readonly tls: ConnectionOptions | undefined
}

/** How soon to look again while no node is known. */
const lookEveryMs = 250

function nodesOf(cluster: Cluster): Node[] {
  return cluster.nodes().map(({ options: { host = '127.0.0.1', port = 6379, tls } }) => ({ host, port, tls }))
}

function socketTo({ host, port, tls }: Node): Socket {
  return tls === undefined ? connectPlainly({ host, port }) : connectByTls({ ...tls, host, port })
}

function connectorOf(cluster: Cluster): NonNullable<Options['Connector']> {
  return class AnyNode extends AbstractConnector {
    constructor() {
      super(defaults.disconnectTimeout)
    }

    async #node(): Promise<Node> {
      for (;;) {
        const nodes = nodesOf(cluster)
        const node = nodes[Math.floor(Math.random() * nodes.length)]
        if (node !== undefined) return node
        await systemClock.sleep(lookEveryMs)
        if (!this.connecting) throw new Error('Connection is closed.')
      }
    }

    override async connect(): Promise<Socket> {
      this.connecting = true
      const node = await this.#node()
      if (!this.connecting) throw new Error('Connection is closed.')
      const socket = socketTo(node)
      socket.once('error', (error) => {
        this.firstError = error
      })
      this.stream = socket
      return socket
    }
  }
}

/** A client of its own that is for listening only. The caller closes it. */
export function listenerOf(cluster: Cluster): Redis {
  const { password, username, tls }: Options = cluster.options.redisOptions ?? {}
  const secrets = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  }
  const redis = new Redis({ ...defaults, ...patient, ...secrets, Connector: connectorOf(cluster) })
  redis.on('error', () => undefined)
  return redis
}
