// What is wrong with a schedule file: one record per problem, with its place in the file, so that a person, an
// editor or a program can find it.

export type Severity = 'error' | 'warning'

/** Lines and columns count from 1. An entry with an error is left out; a warning changes nothing. */
export interface Problem {
  readonly severity: Severity
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly entry: string | null
  readonly field: string | null
  readonly message: string
}

/** `schedules/app.yml:3:9: error: nightly.cron: …`, as compilers write it. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file ?? 'schedule', problem.line, problem.column].filter((part) => part !== null)
  const subject = [problem.entry, problem.field].filter((part) => part !== null).join('.')
  return `${place.join(':')}: ${problem.severity}: ${subject === '' ? '' : `${subject}: `}${problem.message}`
}

/** A problem of one entry, before its place in a file is known. */
export interface EntryProblem {
  readonly severity: Severity
  /** The key it is about, or null for the entry as a whole. */
  readonly field: string | null
  readonly message: string
}

/** Collects all problems of an entry instead of stopping at the first. */
export class Findings {
  readonly problems: EntryProblem[] = []

  error(field: string | null, message: string): void {
    this.problems.push({ severity: 'error', field, message })
  }

  warn(field: string | null, message: string): void {
    this.problems.push({ severity: 'warning', field, message })
  }

  get failed(): boolean {
    return this.problems.some((problem) => problem.severity === 'error')
  }

  /** The result of `read`, or undefined when it threw; the message becomes an error of `field`. */
  attempt<T>(field: string, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      this.error(field, error instanceof Error ? error.message : String(error))
      return undefined
    }
  }
}
