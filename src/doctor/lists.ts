// The jobs in queues and buckets: can they be read, are they where the indexes say? What was met is remembered for
// the checks of statuses and indexes.

import { decodePayload } from '../job/codec.ts'
import type { Examination } from './examination.ts'
import type { FoundKey } from './keyspace.ts'
import type { Seen } from './seen.ts'

const entriesPerStep = 250
/** Most buckets hold few jobs: so many lists are asked for at once. More would hold this process up for long. */
const listsPerStep = 20

/** A list of jobs: a queue, the bucket of a second, or jobs that are held up between the two. */
export type JobList = Pick<FoundKey, 'key' | 'name'> & { readonly family: 'queue' | 'bucket' | 'held' }

interface Page {
  readonly list: JobList
  readonly entries: readonly Buffer[]
}

type Visit = (pages: readonly Page[]) => Promise<void>

/**
 * Hands over every entry that is there all the time, from the tail: what joins or leaves meanwhile does so at the
 * ends, and hides nothing from us there.
 */
export async function walkLists(exam: Examination, lists: readonly JobList[], visit: Visit): Promise<void> {
  for (let from = 0; from < lists.length && !exam.isOver; from += listsPerStep) {
    let some = lists.slice(from, from + listsPerStep)
    for (let skip = 0; some.length > 0 && !exam.isOver; skip += entriesPerStep) {
      const pages = await pagesOf(exam, some, skip)
      await visit(pages)
      some = pages.filter(({ entries }) => entries.length === entriesPerStep).map(({ list }) => list)
      await exam.rest('looking at jobs')
    }
  }
}

async function pagesOf({ store }: Examination, lists: readonly JobList[], skip: number): Promise<Page[]> {
  const asked = store.redis.pipeline()
  for (const { key } of lists) asked.lrangeBuffer(key, -(skip + entriesPerStep), -(skip + 1))
  const replies = (await asked.exec()) ?? []
  return lists.map((list, index) => {
    const entries = replies[index]?.[1]
    return { list, entries: Array.isArray(entries) ? (entries as Buffer[]) : [] }
  })
}

/** What the index of Ruby says of a payload, as one text. */
export function indexText(second: string, payload: string): string {
  return `${second} ${payload}`
}

type Read = { readonly id: string | null } | { readonly reason: string }

function read(text: string): Read {
  try {
    return { id: decodePayload(text).id }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

function suspectUnreadable(
  exam: Examination,
  { key, name, family }: JobList,
  entry: Buffer,
  reason: string,
): void {
  const isQueue = family === 'queue'
  const parts = [key, entry, isQueue ? name : '', isQueue ? '' : name, reason]
  exam.suspect({ code: 'unreadable_payload', example: `${entry} in ${family} ${name}`, parts })
}

interface Indexed {
  readonly second: string
  readonly payload: Buffer
}

/** Payloads in Ruby's form have no id. */
async function checkIndex(exam: Examination, jobs: readonly Indexed[]): Promise<void> {
  if (jobs.length === 0) return
  const { redis, keys } = exam.store
  const prefix = Buffer.from(keys.timestampsPrefix)
  const asked = redis.pipeline()
  for (const { second, payload } of jobs)
    asked.sismember(Buffer.concat([prefix, payload]), `delayed:${second}`)
  const replies = (await asked.exec()) ?? []
  jobs.forEach(({ second, payload }, index) => {
    if (replies[index]?.[1] !== 0) return
    exam.suspect({ code: 'job_without_index', example: `${payload} at ${second}`, parts: [payload, second] })
  })
}

/** Looks at the jobs of one page, and remembers them. @returns those that Ruby's index should know */
function checkPage(exam: Examination, { list, entries }: Page, seen: Seen): Indexed[] {
  const indexed: Indexed[] = []
  for (const entry of entries) {
    const text = entry.toString()
    if (list.family === 'held') {
      for (const id of idsInText(text)) seen.add(id)
      continue
    }
    exam.jobs++
    const job = read(text)
    if ('reason' in job) suspectUnreadable(exam, list, entry, job.reason)
    else if (job.id !== null) seen.add(job.id)
    else if (list.family === 'bucket') {
      indexed.push({ second: list.name, payload: entry })
      seen.add(indexText(list.name, text))
    }
  }
  return indexed
}

/** Looks at all jobs of some lists, and remembers them. */
export async function checkLists(exam: Examination, lists: readonly JobList[], seen: Seen): Promise<void> {
  await walkLists(exam, lists, async (pages) => {
    await checkIndex(
      exam,
      pages.flatMap((page) => checkPage(exam, page, seen)),
    )
  })
}

const anyId = /"id":\s*"([^"]+)"/g

/** The ids in a text that holds payloads, and a few that are none: args may have ids as well. */
export function idsInText(text: string): string[] {
  return [...text.matchAll(anyId)].map(([, id = '']) => id)
}

/** The ids of the jobs in some lists. */
export async function idsIn(
  exam: Examination,
  lists: readonly JobList[],
  found: (id: string) => void,
): Promise<void> {
  await walkLists(exam, lists, async (pages) => {
    for (const { entries } of pages)
      for (const entry of entries) for (const id of idsInText(entry.toString())) found(id)
  })
}
