// A Redis with two replicas, and three Sentinels that watch them.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort, type RedisServer, startRedis } from './redis-server.ts'
import { Watchdog } from './watchdog.ts'

export interface SentinelSetup {
  /** `redis-sentinel://` with the Sentinels' addresses. */
  readonly url: string
  /** The server that the Sentinels name. */
  primary(): Promise<RedisServer>
  /** Ends the primary (SIGKILL, or with `freeze` SIGSTOP); resolves when a replica has taken over. */
  failOver(how?: 'kill' | 'freeze'): Promise<void>
  stop(): Promise<void>
}

export interface SentinelOptions {
  /** The Sentinels ask for this password. */
  readonly sentinelPassword?: string
}

interface Sentinel {
  readonly port: number
  readonly redis: Redis
  stop(): Promise<void>
}

const name = 'mymaster'

function configuration(port: number, dir: string, primaryPort: number, password: string | undefined): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    `logfile ${join(dir, 'sentinel.log')}`,
    ...(password === undefined ? [] : [`requirepass ${password}`, `sentinel sentinel-pass ${password}`]),
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds ${name} 700`,
    `sentinel failover-timeout ${name} 4000`,
    '',
  ].join('\n')
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

async function startSentinel(primaryPort: number, { sentinelPassword }: SentinelOptions): Promise<Sentinel> {
  const dir = await mkdtemp(join(tmpdir(), 'resque-sentinel-'))
  const watchdog = new Watchdog(dir)
  const port = await freePort()
  const file = join(dir, 'sentinel.conf')
  await writeFile(file, configuration(port, dir, primaryPort, sentinelPassword))
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore', detached: true })
  child.unref()
  watchdog.watch(child.pid)
  const exited = ended(child)
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    enableReadyCheck: false,
    password: sentinelPassword ?? '',
  })
  redis.on('error', () => undefined)
  const stop = async (): Promise<void> => {
    redis.disconnect()
    child.kill('SIGKILL')
    await exited
    await watchdog.done()
  }
  return { port, redis, stop }
}

function facts(reply: unknown): Map<string, string> {
  const words = (reply as string[]).map(String)
  return new Map(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? ''] as const] : [])))
}

/** All know one another and both replicas. */
async function acquainted(sentinels: readonly Sentinel[]): Promise<void> {
  await eventually(
    async () => {
      for (const { redis } of sentinels) {
        const known = facts(await redis.call('SENTINEL', 'MASTER', name))
        expect([known.get('num-slaves'), known.get('num-other-sentinels')]).toEqual(['2', '2'])
      }
    },
    { timeoutMs: 20_000, intervalMs: 50 },
  )
}

class Setup implements SentinelSetup {
  readonly #servers: readonly RedisServer[]
  readonly #sentinels: readonly Sentinel[]

  constructor(servers: readonly RedisServer[], sentinels: readonly Sentinel[]) {
    this.#servers = servers
    this.#sentinels = sentinels
  }

  get url(): string {
    return `redis-sentinel://${this.#sentinels.map(({ port }) => `127.0.0.1:${port}`)}/0?name=${name}`
  }

  async primary(): Promise<RedisServer> {
    const ask = this.#sentinels[0]?.redis.call('SENTINEL', 'get-master-addr-by-name', name)
    const [, port] = (await (ask ?? Promise.resolve([]))) as string[]
    const found = this.#servers.find((server) => server.port === Number(port))
    if (found === undefined) throw new Error(`Sentinel names port ${port}, which is none of ours`)
    return found
  }

  async failOver(how: 'kill' | 'freeze' = 'kill'): Promise<void> {
    const before = await this.primary()
    if (how === 'kill') await before.kill()
    else before.pause()
    await eventually(async () => expect(await this.primary()).not.toBe(before), {
      timeoutMs: 20_000,
      intervalMs: 50,
    })
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sentinels.map((sentinel) => sentinel.stop()))
    await Promise.all(this.#servers.map((server) => server.kill().then(() => server.stop())))
  }
}

export async function startSentinelSetup(options: SentinelOptions = {}): Promise<SentinelSetup> {
  const quick = ['--repl-diskless-sync-delay', '0']
  const servers = await Promise.all(Array.from({ length: 3 }, () => startRedis({ args: quick })))
  const [primary, ...replicas] = servers
  if (primary === undefined) throw new Error('there are three')
  const admin = servers.map(({ url }) => new Redis(url))
  await Promise.all(
    replicas.map((_, index) => admin[index + 1]?.call('REPLICAOF', '127.0.0.1', primary.port)),
  )
  await eventually(async () =>
    expect((await admin[0]?.info('replication'))?.match(/state=online/g)).toHaveLength(2),
  )
  for (const redis of admin) redis.disconnect()
  const sentinels = await Promise.all(Array.from({ length: 3 }, () => startSentinel(primary.port, options)))
  await acquainted(sentinels)
  return new Setup(servers, sentinels)
}
