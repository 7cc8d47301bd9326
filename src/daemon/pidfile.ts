// A file with the process id, for those who send signals. It is removed at the end, unless another process has
// written its own id into it.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigurationError } from '../errors.ts'

function holds(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() === text
  } catch {
    return false
  }
}

/**
 * Writes this process's id into a file, over whatever stands there: after a crash that is a dead process's.
 * The function it returns removes the file. @throws ConfigurationError when it cannot be written
 */
export function writePidFile(path: string): () => void {
  const text = String(process.pid)
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
