// What a worker process tells of itself with each beat, for who asks from elsewhere.

export type ProcessState = 'running' | 'quiet' | 'stopping'

export interface ProcessInfo {
  readonly version: string
  /** `quiet`: it takes no new jobs until it is told to go on. */
  readonly state: ProcessState
  /** Jobs in hand. */
  readonly busy: number
  /** Since it began: jobs that it has performed, and how many of them failed for good. */
  readonly performed: number
  readonly failed: number
  readonly startedMs: number
  readonly rssBytes: number
  /** Of a process that `--processes` started: the master's pid, and how many processes it keeps. */
  readonly masterPid: number | null
  readonly processes: number | null
}

const states: readonly ProcessState[] = ['running', 'quiet', 'stopping']

function numberOr<Unset>(value: unknown, unset: Unset): number | Unset {
  return typeof value === 'number' && Number.isFinite(value) ? value : unset
}

/** The record as it stands in Redis, or null when it is none (a process of an older version). */
export function readProcessInfo(text: string | null | undefined): ProcessInfo | null {
  try {
    const record = JSON.parse(text ?? '') as Record<string, unknown>
    return {
      version: String(record['version']),
      state: states.find((state) => state === record['state']) ?? 'running',
      busy: numberOr(record['busy'], 0),
      performed: numberOr(record['performed'], 0),
      failed: numberOr(record['failed'], 0),
      startedMs: numberOr(record['startedMs'], 0),
      rssBytes: numberOr(record['rssBytes'], 0),
      masterPid: numberOr(record['masterPid'], null),
      processes: numberOr(record['processes'], null),
    }
  } catch {
    return null
  }
}
