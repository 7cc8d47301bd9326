// The log of a daemon as its flags ask for it: to the terminal or into a file, which may be moved away at any
// time (logrotate), since it is opened anew for each write.

import { appendFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConfigurationError } from '../errors.ts'
import { type Log, openLog } from '../log.ts'
import { type CliContext, painter } from './context.ts'
import { withoutPasswords } from './exit-codes.ts'
import type { SettingValues } from './flags.ts'

export type LogSetting = 'logfile' | 'logformat' | 'quiet' | 'verbose'
export const logSettings: readonly LogSetting[] = ['logfile', 'logformat', 'quiet', 'verbose']
export type LogSettings = SettingValues<LogSetting>

/** Once it could be opened, a disk that fills up must not end the daemon. */
function fileWriter(path: string): (lines: string) => void {
  try {
    appendFileSync(path, '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const cure = 'Give --logfile a file in a folder that exists and may be written to.'
    throw new ConfigurationError(`the log cannot be written to ${path}: ${reason}. ${cure}`, { cause: error })
  }
  return (lines) => {
    try {
      appendFileSync(path, lines)
    } catch {
      // There is nobody left to tell.
    }
  }
}

function levelOf({ quiet, verbose }: LogSettings): 'error' | 'info' | 'debug' {
  if (quiet) return 'error'
  return verbose ? 'debug' : 'info'
}

/** @throws ConfigurationError when the log file cannot be written */
export function openDaemonLog(given: LogSettings, { stdout, env, cwd }: CliContext): Log {
  const level = levelOf(given)
  const base = { format: given.logformat, level, censor: withoutPasswords }
  if (given.logfile !== undefined) return openLog({ ...base, write: fileWriter(resolve(cwd, given.logfile)) })
  return openLog({ ...base, write: (lines) => stdout.write(lines), paint: painter(stdout, env) })
}
