// What runs in a soak: two redis-servers (one measured, one for the ledger), the two programs, and a producer.

import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, openRedis, startRedis } from '../redis.mjs'
import { openLedger } from './ledger.mjs'
import { schedule } from './load.mjs'

const keepStatusSeconds = 10
const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const bin = (name) => path(`../../bin/${name}.js`)

/** Used heap in MB, as the program's own metrics tell; null while it does not answer. */
async function heapOf(pages) {
  const answer = await fetch(`http://${pages}/metrics`).catch(() => undefined)
  const bytes = /nodejs_heap_size_used_bytes (\d\S*)/.exec((await answer?.text()) ?? '')?.[1]
  return bytes === undefined ? null : Number(bytes) / 1_048_576
}

/** A program of bin, with what it wrote when it has gone wrong. */
async function startProgram(name, args, ledgerPort) {
  const pages = `127.0.0.1:${await freePort()}`
  const child = spawn(process.execPath, [bin(name), ...args, '--quiet', '--http', pages], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SOAK_LEDGER: String(ledgerPort) },
  })
  const said = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      said.push(String(data))
      if (said.length > 100) said.shift()
    })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  return { name, child, stop, said: () => said.join(''), heapMb: () => heapOf(pages) }
}

function startProducer(url, ledgerPort) {
  const args = [url, String(ledgerPort), String(keepStatusSeconds)]
  const child = fork(path('./producer.mjs'), args, { execArgv: ['--no-warnings'] })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the producer has ended')))
  ended.catch(() => undefined)
  const ask = async (message) => {
    const answered = once(child, 'message')
    child.send(message)
    return (await Promise.race([answered, ended]))[0]
  }
  return { name: 'producer', child, said: () => '', heapMb: async () => (await ask('memory')).heapMb, ask }
}

/** Programs that run: they must not outlive us, whatever ends us. */
const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts everything. `end` ends what still runs, whatever has happened. */
export async function startSoak() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-soak-'))
  writeFileSync(join(folder, 'schedule.json'), JSON.stringify(schedule))
  const [server, ledgerServer] = [await startRedis(), await startRedis()]
  const url = `redis://127.0.0.1:${server.port}`
  const keep = ['--keep-status', String(keepStatusSeconds)]
  const worker = ['--queue', 'soak', '--jobs', path('./jobs'), '--concurrency', '20', ...keep]
  const scheduler = ['--schedule', join(folder, 'schedule.json'), '--failed-keep', '100']
  const programs = {
    worker: await startProgram('resque-worker', ['--redis', url, ...worker], ledgerServer.port),
    scheduler: await startProgram('resque-scheduler', ['--redis', url, ...scheduler], ledgerServer.port),
    producer: startProducer(url, ledgerServer.port),
  }
  for (const { child } of Object.values(programs)) running.add(child)
  const redis = openRedis(server.port)
  const ledger = openLedger(ledgerServer.port)
  const end = async () => {
    for (const { child } of Object.values(programs)) child.kill('SIGKILL')
    redis.disconnect()
    ledger.close()
    await Promise.all([server.stop(), ledgerServer.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
  return { programs, redis, ledger, end }
}
