// W5: what a scheduler and a worker cost that have nothing to do.

import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRedis, redisCpuMs } from '../redis.mjs'

/**
 * Counts the commands that clients send, and those that scripts run, with redis-cli's MONITOR. It writes into a file:
 * reading along would cost this process as much as the idling that is measured.
 */
function monitor(port) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-monitor-'))
  const file = openSync(join(folder, 'commands'), 'w')
  const cli = spawn('redis-cli', ['-p', String(port), 'monitor'], { stdio: ['ignore', file, 'inherit'] })
  return () => {
    cli.kill()
    closeSync(file)
    const text = readFileSync(join(folder, 'commands'), 'utf8')
    rmSync(folder, { recursive: true })
    const lines = text.split('\n').filter((line) => /^\d/.test(line))
    const inScripts = lines.filter((line) => / \[\d+ lua\] /.test(line)).length
    return { sent: lines.length - inScripts, inScripts }
  }
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/**
 * Some 9 s after the last work Node clears its memory up, once (50 ms of CPU, also in a process that has only loaded a
 * client and does nothing): that is the price of having started, not of being idle.
 */
const clearUpMs = 12_000

const row = (title, unit, budget) => ({ title, unit, better: 'lower', ...budget })

export const work = {
  id: 'W5',
  title: 'Idle: a worker with 10 places, and what moves delayed jobs',
  note: 'One job is delayed by an hour and one was performed before. Counted from 12 s after that on, when Node has cleared up after the start. The polls of node-resque are set to 100 ms, see above; with its default of 5 s it would send a fiftieth of them and be seconds late.',
  cases: [
    {
      name: '30 s',
      subject: 'ours',
      systems: ['ours', 'bullmq', 'bee-queue', 'node-resque'],
      metrics: {
        commandsPerSecond: row('Redis commands sent per second', '/s', { atMost: 3 }),
        inScriptsPerSecond: row('and run inside of scripts', '/s'),
        cpuPercent: row('CPU of the process', '%', { atMost: 0.3 }),
        redisCpuPercent: row('CPU of Redis', '%'),
      },
    },
  ],
  async run(context) {
    const seconds = context.quick ? 5 : 30
    const worker = await context.worker(10, () => undefined)
    const producer = await context.producer()
    await producer.enqueueIn(3_600, ['later'])
    await producer.enqueue(['now'])
    await producer.close()
    await sleep(context.quick ? 3_000 : clearUpMs)
    const redis = openRedis(context.port)
    const redisBefore = await redisCpuMs(redis)
    const counted = monitor(context.port)
    const before = cpuMs()
    await sleep(seconds * 1000)
    const used = cpuMs() - before
    const { sent, inScripts } = counted()
    const redisUsed = (await redisCpuMs(redis)) - redisBefore
    await Promise.race([worker.stop(), sleep(1_000)])
    const own = 1 // the INFO at the end
    return {
      commandsPerSecond: Math.max(0, sent - own) / seconds,
      inScriptsPerSecond: inScripts / seconds,
      cpuPercent: used / seconds / 10,
      redisCpuPercent: redisUsed / seconds / 10,
    }
  },
}

/** Resident memory of a process, in MB (Linux). */
export function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
