// Jobs of a bulk on their way into Redis: a few hundred to a script call, a few calls under way at a time.

import { UniqueConflictError } from '../errors.ts'
import type { UniqueLock } from '../job/unique.ts'
import { add, type Prepared } from './enqueue.ts'
import type { Intake, Intent, Placed } from './intake.ts'

/** A script call of so many jobs holds Redis up for about a millisecond. */
export const jobsPerCall = 250
const callsUnderWay = 4

/** Unique jobs go one by one: each is a decision of its own. */
const uniquesUnderWay = 32

/** Calls `work` for each part of a list, so many at a time. */
export async function eachOf<T>(
  parts: readonly T[],
  atATime: number,
  work: (part: T) => Promise<void>,
): Promise<void> {
  const left = parts.values()
  const carry = async (): Promise<void> => {
    for (const part of left) await work(part)
  }
  await Promise.all(Array.from({ length: Math.min(atATime, parts.length) }, carry))
}

function slices<T>(list: readonly T[], length: number): T[][] {
  const count = Math.ceil(list.length / length)
  return Array.from({ length: count }, (_, index) => list.slice(index * length, (index + 1) * length))
}

/** Adds the jobs in calls of bounded size, with bounded parallelism. */
async function addPlain(intake: Intake, jobs: readonly Prepared[]): Promise<void> {
  await eachOf(slices(jobs, jobsPerCall), callsUnderWay, async (part) => {
    await add(intake, part)
  })
}

/**
 * Adds the jobs of items that were checked: each slice of them is made when its turn comes, while others are on their
 * way, so that neither this process nor Redis waits, and a long list does not fill the memory.
 */
export async function placeInSlices<Item>(
  intake: Intake,
  items: readonly Item[],
  makerOfSlice: () => (item: Item) => Prepared,
): Promise<(string | null)[]> {
  const ids: (string | null)[] = items.map(() => null)
  const starts = Array.from(
    { length: Math.ceil(items.length / jobsPerCall) },
    (_, index) => index * jobsPerCall,
  )
  await eachOf(starts, callsUnderWay, async (start) => {
    const jobs = items.slice(start, start + jobsPerCall).map(makerOfSlice())
    await add(intake, jobs)
    for (let index = 0; index < jobs.length; index++) ids[start + index] = jobs[index]?.id ?? null
  })
  return ids
}

interface Unique {
  readonly index: number
  readonly intent: Intent
  readonly job: Prepared & { readonly lock: UniqueLock }
}

/** Adds the unique ones among the jobs. -> the conflicts of those that were to be rejected */
async function addUniques(
  intake: Intake,
  uniques: readonly Unique[],
  placed: Placed[],
): Promise<UniqueConflictError[]> {
  const conflicts: UniqueConflictError[] = []
  await eachOf(uniques, uniquesUnderWay, async ({ index, intent, job }) => {
    try {
      placed[index] = await intake.placeUnique(intent.request, job)
    } catch (error) {
      if (!(error instanceof UniqueConflictError)) throw error
      conflicts.push(error)
      placed[index] = nothing
    }
  })
  return conflicts
}

const nothing: Placed = { id: null, isNew: false }

interface Result {
  readonly placed: readonly Placed[]
  readonly conflicts: readonly UniqueConflictError[]
}

/** Adds the jobs; null stands for one that was vetoed. */
export async function placeAll(intake: Intake, intents: readonly (Intent | null)[]): Promise<Result> {
  const placed: Placed[] = []
  const plain: Prepared[] = []
  const uniques: Unique[] = []
  for (const intent of intents) {
    const index = placed.push(intent === null ? nothing : { id: intent.prepared.id, isNew: true }) - 1
    if (intent === null) continue
    const { lock } = intent.prepared
    if (lock === undefined) plain.push(intent.prepared)
    else uniques.push({ index, intent, job: { ...intent.prepared, lock } })
  }
  await addPlain(intake, plain)
  const conflicts = await addUniques(intake, uniques, placed)
  return { placed, conflicts }
}
