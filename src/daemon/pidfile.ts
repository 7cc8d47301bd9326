// A file with the process id, for those who send signals. It is removed at the end, unless another process has
// written its own id into it. What a process left that died is written over; that of a living one is not.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigurationError } from '../errors.ts'

function holds(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() === text
  } catch {
    return false
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it lives, and belongs to somebody else
  }
}

/** Ids are given again after a restart of the machine: Linux tells what a process is. */
function mayBeResque(pid: number): boolean {
  try {
    return /resque/i.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  } catch {
    return true
  }
}

/** The living process of ours that the file names, or null. */
function ownerOf(path: string): number | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
  const pid = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
  return pid !== null && pid !== process.pid && lives(pid) && mayBeResque(pid) ? pid : null
}

/**
 * Writes this process's id into a file, over that of a process that died. The function it returns removes the file.
 * @throws ConfigurationError when it cannot be written, or names another process that lives
 */
export function writePidFile(path: string): () => void {
  const text = String(process.pid)
  const owner = ownerOf(path)
  if (owner !== null) {
    const cure = `Stop it (kill ${owner}), or give this one another --pidfile.`
    throw new ConfigurationError(`the pid file ${path} is that of process ${owner}, which lives. ${cure}`)
  }
  try {
    writeFileSync(path, `${text}\n`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const cure = 'Give --pidfile a file in a folder that exists and may be written to.'
    throw new ConfigurationError(`the process id cannot be written to ${path}: ${reason}. ${cure}`, {
      cause: error,
    })
  }
  return () => {
    if (holds(path, text)) rmSync(path, { force: true })
  }
}
