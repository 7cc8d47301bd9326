// Many jobs at once: their items, checked; the hooks around them; and what becomes of them, in their order.

import { InvalidArgumentError, ResqueError, UniqueConflictError } from '../errors.ts'
import type { JobClass } from '../job/job.ts'
import { jobName } from '../job/names.ts'
import { dueSeconds, type When } from '../job/times.ts'
import { eachOf, jobsPerCall, placeAll, placeInSlices } from './bulk-place.ts'
import type { Call, Intake, Intent } from './intake.ts'
import { type CallSettings, checkNames, type JobCallOptions, jobCallNames, settingsOf } from './settings.ts'
import { traced } from './traced.ts'

export interface BulkItem extends JobCallOptions {
  readonly job: JobClass | string
  readonly args?: readonly unknown[]
  readonly queue?: string
  /** When it is due; without `at` and `in` it is enqueued now. */
  readonly at?: When
  /** Seconds from now. */
  readonly in?: number
}

const itemNames: readonly string[] = ['job', 'args', 'queue', 'at', 'in', ...jobCallNames]

function checkItem(item: BulkItem | null | undefined): BulkItem {
  if (typeof item === 'object' && item !== null) {
    checkNames(item, itemNames, 'an item')
    return item
  }
  const got = item === null ? 'null' : typeof item
  throw new InvalidArgumentError('items', item, `an item is an object { job, args, … }, got ${got}.`)
}

function hasOptions({ payload, track, timeoutSeconds, unique }: BulkItem): boolean {
  return payload !== undefined || track !== undefined || timeoutSeconds !== undefined || unique !== undefined
}

function jobOptions({ payload, track, timeoutSeconds, unique }: BulkItem): JobCallOptions {
  return Object.fromEntries(
    Object.entries({ payload, track, timeoutSeconds, unique }).filter(([, value]) => value !== undefined),
  )
}

function callOf(intake: Intake, item: BulkItem): Call {
  const { job, args = [], queue, at, in: seconds } = item
  if (at !== undefined && seconds !== undefined) {
    throw new InvalidArgumentError('at', at, `${jobName(job)} has both "at" and "in". Give one of them.`)
  }
  const isScheduled = at !== undefined || seconds !== undefined
  const due = at === undefined ? (seconds === undefined ? null : intake.dueIn(seconds)) : dueSeconds(at)
  return { job, args, queue, due, isScheduled }
}

function intentOf(intake: Intake, item: BulkItem, settings: CallSettings): Intent {
  const own = hasOptions(item) ? settingsOf(settings, jobOptions(item)) : settings
  return intake.intend(callOf(intake, item), own)
}

/** Whether the item has options, hooks or a key of its own. */
function isPlain(intake: Intake, item: BulkItem, settings: CallSettings): boolean {
  return !hasOptions(item) && intake.checkPlain(callOf(intake, item), settings)
}

/** @throws InvalidArgumentError naming every bad item (at most ten), before anything is written. */
function checkedEach<T>(items: readonly BulkItem[], read: (item: BulkItem) => T): T[] {
  if (!Array.isArray(items)) {
    const why = 'items must be an array of { job, args, queue, at, in }, one for each job.'
    throw new InvalidArgumentError('items', items, why)
  }
  const results: T[] = []
  const problems: string[] = []
  items.forEach((item: BulkItem | null, index) => {
    try {
      results.push(read(checkItem(item)))
    } catch (error) {
      if (!(error instanceof ResqueError)) throw error
      problems.push(`item ${index}: ${error.message}`)
    }
  })
  if (problems.length === 0) return results
  const shown = problems.slice(0, 10).join('\n')
  throw new InvalidArgumentError(
    'items',
    items,
    `${problems.length} of ${items.length} jobs are wrong, so none was enqueued:\n${shown}`,
  )
}

function refuseConflicts(conflicts: readonly UniqueConflictError[], ids: readonly (string | null)[]): void {
  const [first, ...more] = conflicts
  if (first === undefined) return
  const also = more.length === 0 ? '' : ` So it is with ${more.length} more.`
  throw new UniqueConflictError(first, `${first.message}${also} All other items were added.`, ids)
}

/** The jobs whose hooks allow them; null in the place of the others. */
async function allowed(intake: Intake, intents: readonly Intent[]): Promise<(Intent | null)[]> {
  const kept: (Intent | null)[] = []
  for (const intent of intents) kept.push((await intake.allow(intent)) ? intent : null)
  return kept
}

/** Adds many jobs. Resolves to their ids in the order of the items; null for those that were vetoed. */
export function enqueueAll(
  intake: Intake,
  items: readonly BulkItem[],
  settings: CallSettings,
): Promise<(string | null)[]> {
  const first = Array.isArray(items) ? (items as readonly (BulkItem | null)[])[0] : undefined
  const addThem = () => addItems(intake, items, settings)
  if (!first) return addThem()
  const call = { job: first.job, queue: first.queue ?? settings.queue, due: null, count: items.length }
  return traced(call, addThem, (ids) => ids)
}

/** Longer than one call carries: then it matters that jobs are made while others are on their way. */
function isLong(items: readonly BulkItem[]): boolean {
  return Array.isArray(items) && items.length > jobsPerCall
}

async function addItems(
  intake: Intake,
  items: readonly BulkItem[],
  settings: CallSettings,
): Promise<(string | null)[]> {
  const make = (item: BulkItem): Intent => intentOf(intake, item, settings)
  if (isLong(items) && !checkedEach(items, (item) => isPlain(intake, item, settings)).includes(false))
    return placeInSlices(intake, items, () => {
      const makePlain = intake.plainMaker(settings)
      return (item) => makePlain(callOf(intake, item))
    })
  const intents = checkedEach(items, make)
  const isHooked = intents.some(({ hooks }) => hooks !== null)
  const kept = isHooked ? await allowed(intake, intents) : intents
  const { placed, conflicts } = await placeAll(intake, kept)
  if (isHooked) {
    for (const [index, intent] of kept.entries())
      if (intent !== null && placed[index]?.isNew) await intake.tell(intent)
  }
  const ids = placed.map(({ id }) => id)
  refuseConflicts(conflicts, ids)
  return ids
}

const cancelsUnderWay = 16

/** Cancels jobs by their ids, some at a time; null is the id of none. Resolves to how many were cancelled. */
export async function cancelAll(
  ids: readonly (string | null)[],
  cancel: (id: string) => Promise<boolean>,
): Promise<number> {
  let cancelled = 0
  await eachOf(ids, cancelsUnderWay, async (id) => {
    if (id !== null && (await cancel(id))) cancelled++
  })
  return cancelled
}
