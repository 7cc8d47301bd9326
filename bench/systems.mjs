// Who is measured: this library (as it is, and without tracking), its peers, and the limit that Redis sets.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

export const peers = ['bullmq', 'bee-queue', 'node-resque']

/** name -> adapter and what it is told; `limit` has no adapter: each work knows its own bare commands. */
export const systems = {
  ours: { title: 'resque-scheduler', adapter: 'ours', options: { track: true } },
  untracked: { title: 'resque-scheduler, untracked', adapter: 'ours', options: { track: false } },
  bullmq: { title: 'bullmq', adapter: 'bullmq', options: {} },
  'bee-queue': { title: 'bee-queue', adapter: 'bee-queue', options: {} },
  'node-resque': { title: 'node-resque', adapter: 'node-resque', options: {} },
  limit: { title: 'bare Redis commands', adapter: null, options: {} },
}

export function adapterOf(system) {
  return import(`./adapters/${systems[system].adapter}.mjs`)
}

function npm(...args) {
  const options = ['--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', [...args, ...options], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
}

/**
 * Installs the peers into bench/node_modules when one of them is missing. npm ci refuses a lock file that does
 * not name the optional packages of every platform; npm install does not mind.
 */
export function installPeers() {
  if ([...peers, 'ioredis'].every((name) => existsSync(`${folder}node_modules/${name}/package.json`))) return
  console.error('bench: installing the systems to compare with')
  try {
    npm('ci')
  } catch {
    npm('install', '--no-save')
  }
}

function versionIn(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version
}

/** What was measured, for the report. */
export function versions() {
  const redis = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1]
  const names = peers.filter((name) => existsSync(`${folder}node_modules/${name}/package.json`))
  const found = names.map((name) => [name, versionIn(`./node_modules/${name}/package.json`)])
  return {
    'resque-scheduler': versionIn('../package.json'),
    ...Object.fromEntries(found),
    node: process.version,
    redis,
  }
}
