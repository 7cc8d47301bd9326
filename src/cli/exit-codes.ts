// What an error means for whoever called a program: its exit code, and what is said on stderr.

import {
  ConfigurationError,
  InvalidArgumentError,
  NoQueueError,
  ResqueError,
  ScheduleError,
} from '../errors.ts'

export const exitCodes = { stoppedAsAsked: 0, failed: 1, wrongUsage: 2 } as const

const usageErrors = [ConfigurationError, InvalidArgumentError, NoQueueError, ScheduleError]

/** 2 for what the caller must put right, 1 for what went wrong. */
export function exitCodeOf(error: unknown): number {
  return usageErrors.some((kind) => error instanceof kind) ? exitCodes.wrongUsage : exitCodes.failed
}

/** A password in a URL: before the host, with a user or alone, or as a parameter. */
const password = /(\b[a-z][a-z0-9+.-]*:\/\/(?:[^\s:/@]*:)?)[^\s"]*@|([?&](?:sentinel)?password=)[^&\s"]*/gi

/** The text with every password in a URL replaced by stars. */
export function withoutPasswords(text: string): string {
  return text.replace(password, (_, url?: string, query?: string) =>
    url === undefined ? `${query}***` : `${url}***@`,
  )
}

/** Our own errors speak for themselves; others show where they come from when `verbose`. */
export function errorLines(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return withoutPasswords(String(error))
  const isExpected = error instanceof ResqueError
  const text = verbose && !isExpected ? (error.stack ?? error.message) : error.message
  return withoutPasswords(text === '' ? error.name : text)
}
