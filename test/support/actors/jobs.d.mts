// Types of jobs.mjs, for the tests that perform these jobs in their own process.

import type { Redis } from 'ioredis'
import type { JobClass } from '../../../src/job/job.ts'

export interface Mood {
  readonly hang?: boolean
  readonly broken?: boolean
  readonly limited?: boolean
}

export function journalJobs(
  redis: Redis,
  journal: string,
  mood?: Mood,
): Record<'Note' | 'Broken' | 'Flaky' | 'Stubborn' | 'Gated', JobClass> & { readonly Few?: JobClass }
