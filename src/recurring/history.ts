// What became of an entry's runs, newest first. Each is one line of a Redis list, written by fire.lua:
//
//   <how> <planned ms> <written ms> <job id or -> <more>
//
//   how   E enqueued as planned, C caught up, M by hand, S skipped, O skipped because of its overlap policy
//   more  S: "<number of runs> <reason>";  O: the policy, and the job id is that of the earlier job

export type RunOutcome = 'enqueued' | 'caught up' | 'skipped' | 'overlapping' | 'manual'

/** One line of the history. Times are epoch milliseconds. */
export interface RunRecord {
  readonly outcome: RunOutcome
  readonly plannedMs: number
  /** When it was enqueued, or when it was decided not to. */
  readonly writtenMs: number
  /** null when nothing was enqueued, or a job without id was. */
  readonly jobId: string | null
  /** More than 1 for a line that stands for several skipped runs, of which `plannedMs` is the last. */
  readonly count: number
  /** Why it was not enqueued. */
  readonly reason: string | null
}

/** How many runs of each entry are kept. */
export const keptRuns = 100

const outcomes: Readonly<Record<string, RunOutcome>> = {
  E: 'enqueued',
  C: 'caught up',
  M: 'manual',
  S: 'skipped',
  O: 'overlapping',
}

const linePattern = /^([ECMSO]) (\d+) (\d+) (\S+) ?(.*)$/

/** Reads a line; null when somebody else wrote it. */
export function readRun(line: string): RunRecord | null {
  const [, how = '', planned, written, id = '-', more = ''] = linePattern.exec(line) ?? []
  const outcome = outcomes[how]
  if (outcome === undefined) return null
  const run = { outcome, plannedMs: Number(planned), writtenMs: Number(written) }
  if (outcome === 'overlapping') {
    const reason = `overlap: ${more}, and job ${id} had not ended`
    return { ...run, jobId: null, count: 1, reason }
  }
  if (outcome !== 'skipped') return { ...run, jobId: id === '-' ? null : id, count: 1, reason: null }
  const [, count = '1', reason = ''] = /^(\d+) (.*)$/.exec(more) ?? []
  return { ...run, jobId: null, count: Number(count), reason }
}

/** What stands for skipped runs in a call of fire.lua. */
export function skippedText(count: number, reason: string): string {
  return `${count} ${reason}`
}
