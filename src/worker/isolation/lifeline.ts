// A thread beside a job: when the worker is gone, or the memory limit is passed, the process is killed, even while
// the job keeps its own thread busy. The worker holds the other end of the pipe; its death closes it.

import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { memoryUsage } from 'node:process'
import { workerData } from 'node:worker_threads'
import { after } from '../../clock.ts'
import { lifelineFd } from './messages.ts'
import { killGroup } from './process-group.ts'

const lookEveryMs = 250
const megabyte = 1024 * 1024
const stderrFd = 2

function killAll(): void {
  if (!killGroup(process.pid)) process.kill(process.pid, 'SIGKILL')
}

function watchMemory(maxMemoryMb: number): void {
  after(lookEveryMs, () => {
    const usedMb = memoryUsage.rss() / megabyte
    if (usedMb <= maxMemoryMb) return watchMemory(maxMemoryMb)
    writeSync(stderrFd, `out of memory: ${Math.round(usedMb)} MB, and the limit is ${maxMemoryMb} MB\n`)
    killAll()
  })
}

const worker = new Socket({ fd: lifelineFd, readable: true, writable: false })
worker.on('error', killAll).on('close', killAll).resume()
const { maxMemoryMb } = workerData as { readonly maxMemoryMb: number | null }
if (maxMemoryMb !== null) watchMemory(maxMemoryMb)
