// Each measurement runs in a process of its own, so that no system shares another's heap or compiled code.

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pinned } from './redis.mjs'

const runner = fileURLToPath(new URL('./runner.mjs', import.meta.url))
const longestMs = 600_000

/**
 * Runs one phase of a case in a child and resolves to what it measured.
 * @param task { work, caseName, system, phase, port, pid, quick, prepared }
 * @param options { pin, profileFolder }
 */
export function runChild(task, { pin = false, profileFolder = '' } = {}) {
  const nodeArgs = ['--expose-gc', '--no-warnings', runner]
  const [command, args] = pin ? pinned(process.execPath, nodeArgs) : [process.execPath, nodeArgs]
  const env = { ...process.env, BENCH_PROFILE: profileFolder }
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), longestMs)
    let outcome
    child.on('message', (message) => {
      outcome = message
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      if (outcome?.result !== undefined) resolve(outcome.result)
      else reject(new Error(outcome?.error ?? `the measuring process ended with ${signal ?? `code ${code}`}`))
    })
    child.send(task)
  })
}
