// A Redis Cluster of one's own: three primaries with one replica each, put together by the commands that
// redis-cli --cluster create would send.

import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort, type RedisServer, startRedis } from './redis-server.ts'

export interface RedisCluster {
  /** `redis-cluster://` with three of the six addresses. */
  readonly url: string
  /** Kills the node that carries this key; when its replica has taken over it comes back, as a replica. */
  failOver(key: string): Promise<void>
  /** Another plain connection to the node that carries this key. */
  nodeOf(key: string): Promise<Redis>
  stop(): Promise<void>
}

const primaries = 3
const slots = 16_384
/** The bus has the port 10,000 above; both below those that systems hand out to outgoing connections. */
const busOffset = 10_000
const highestBusPort = 32_767

async function clusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (port + busOffset <= highestBusPort) return port
  }
}

async function startNode(): Promise<RedisServer> {
  const quick = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '1000',
    '--repl-diskless-sync-delay',
    '0',
  ]
  for (let attempt = 1; ; attempt++) {
    try {
      return await startRedis({ port: await clusterPort(), args: quick })
    } catch (error) {
      if (attempt === 5) throw error // the port, or that of the bus, was taken in between
    }
  }
}

function range(index: number): number[] {
  const [from, to] = [index, index + 1].map((part) => Math.floor((part * slots) / primaries))
  return Array.from({ length: (to ?? 0) - (from ?? 0) }, (_, at) => (from ?? 0) + at)
}

async function join(nodes: readonly Redis[], ports: readonly number[]): Promise<void> {
  await Promise.all(nodes.map((node, index) => node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)))
  await Promise.all(
    nodes.slice(0, primaries).map((node, index) => node.call('CLUSTER', 'ADDSLOTS', ...range(index))),
  )
  for (const port of ports.slice(1)) await nodes[0]?.call('CLUSTER', 'MEET', '127.0.0.1', port)
  await eventually(async () => {
    for (const node of nodes) expect(await node.call('CLUSTER', 'INFO')).toContain('cluster_known_nodes:6')
  })
}

async function replicate(nodes: readonly Redis[]): Promise<void> {
  for (const [index, node] of nodes.slice(primaries).entries())
    await node.call('CLUSTER', 'REPLICATE', String(await nodes[index]?.call('CLUSTER', 'MYID')))
  await eventually(async () => {
    for (const node of nodes) expect(await node.call('CLUSTER', 'INFO')).toContain('cluster_state:ok')
    for (const node of nodes.slice(0, primaries))
      expect(await node.info('replication')).toMatch(/state=online/)
  })
}

async function carries(node: Redis, key: string): Promise<boolean> {
  const isPrimary = (await node.call('ROLE')) as [string]
  return (
    isPrimary[0] === 'master' &&
    (await node.exists(key).then(
      () => true,
      () => false,
    ))
  )
}

class Nodes implements RedisCluster {
  readonly #servers: readonly RedisServer[]
  readonly #nodes: readonly Redis[]

  constructor(servers: readonly RedisServer[], nodes: readonly Redis[]) {
    this.#servers = servers
    this.#nodes = nodes
  }

  get url(): string {
    return `redis-cluster://${this.#servers.slice(0, 3).map(({ port }) => `127.0.0.1:${port}`)}`
  }

  async #indexOf(key: string): Promise<number> {
    const found = await Promise.all(this.#nodes.map((node) => carries(node, key).catch(() => false)))
    const index = found.indexOf(true)
    if (index < 0) throw new Error(`no node carries ${key}`)
    return index
  }

  async nodeOf(key: string): Promise<Redis> {
    const node = this.#nodes[await this.#indexOf(key)]
    if (node === undefined) throw new Error('no such node')
    return node
  }

  async failOver(key: string): Promise<void> {
    const index = await this.#indexOf(key)
    await this.#servers[index]?.kill()
    await eventually(async () => expect(await this.#indexOf(key)).not.toBe(index), {
      timeoutMs: 15_000,
      intervalMs: 50,
    })
    await this.#servers[index]?.restart()
  }

  async stop(): Promise<void> {
    for (const node of this.#nodes) node.disconnect()
    await Promise.all(this.#servers.map((server) => server.kill().then(() => server.stop())))
  }
}

export async function startCluster(): Promise<RedisCluster> {
  const servers = await Promise.all(Array.from({ length: 2 * primaries }, startNode))
  const nodes = servers.map(({ url }) => new Redis(url, { maxRetriesPerRequest: 0 }))
  for (const node of nodes) node.on('error', () => undefined)
  await join(
    nodes,
    servers.map(({ port }) => port),
  )
  await replicate(nodes)
  return new Nodes(servers, nodes)
}
