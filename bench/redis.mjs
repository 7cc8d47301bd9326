// A redis-server of one's own for each measurement: a free port, nothing kept on disk.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

const host = '127.0.0.1'

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** The command and arguments that keep a program on the last core, where the machine can do that. */
export function pinned(command, args) {
  if (!canPin()) return [command, args]
  return ['taskset', ['-c', String(cpus().length - 1), command, ...args]]
}

let pins
export function canPin() {
  pins ??= spawnSync('taskset', ['-V']).error === undefined
  return pins
}

async function answers(redis, server) {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (server.exitCode !== null) throw new Error('redis-server ended at once: is it installed and runnable?')
    try {
      return await redis.ping()
    } catch {
      await sleep(30)
    }
  }
  throw new Error('redis-server did not answer within 3 s')
}

/** Servers that run: they must not outlive us, whatever ends us. */
const running = new Map()
process.once('exit', () => {
  for (const [server, folder] of running) {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Starts a server. @param pin keep it on the core that the measured process is kept on */
export async function startRedis({ pin = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'))
  const port = await freePort()
  const options = ['--port', port, '--bind', host, '--save', '', '--appendonly', 'no', '--dir', folder]
  const [command, args] = pin ? pinned('redis-server', options) : ['redis-server', options]
  const server = spawn(command, args.map(String), { stdio: 'ignore' })
  running.set(server, folder)
  server.once('exit', () => running.delete(server))
  const failed = new Promise((_, reject) => server.once('error', reject))
  failed.catch(() => undefined)
  const redis = openRedis(port)
  await Promise.race([answers(redis, server), failed])
  redis.disconnect()
  const stop = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    if (server.exitCode === null && server.kill('SIGKILL')) await ended
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, pid: server.pid, stop }
}

/** A plain connection for looking at the server. */
export function openRedis(port) {
  const redis = new Redis(port, host, { maxRetriesPerRequest: 1, retryStrategy: () => 20 })
  redis.on('error', () => undefined)
  return redis
}

/** The numbers of a section of INFO, by name. */
export async function info(redis, section) {
  const text = await redis.info(section)
  const pairs = text.split('\r\n').filter((line) => line.includes(':'))
  return Object.fromEntries(
    pairs.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}

/** `INFO commandstats` as numbers: `{ evalsha: { calls, usec } }`. */
export async function commandStats(redis) {
  const stats = await info(redis, 'commandstats')
  const entries = Object.entries(stats).map(([name, text]) => {
    const [, calls, usec] = /calls=(\d+),usec=(\d+)/.exec(text)
    return [name.replace('cmdstat_', ''), { calls: Number(calls), usec: Number(usec) }]
  })
  return Object.fromEntries(entries)
}

/** CPU time that the server has used, in milliseconds. */
export async function redisCpuMs(redis) {
  const cpu = await info(redis, 'cpu')
  return 1000 * (Number(cpu['used_cpu_user']) + Number(cpu['used_cpu_sys']))
}
