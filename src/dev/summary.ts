// The last words of `resque dev`: how often jobs of each name have ended how, and how many still wait.

import type { Resque } from '../client/resque.ts'
import { decodePayload } from '../job/codec.ts'
import type { Journal } from './journal.ts'
import { durationText, type Paper } from './paper.ts'

const mostCounted = 10_000

function className(payload: string): string {
  try {
    return decodePayload(payload).className
  } catch {
    return '(unreadable)'
  }
}

/** How many jobs of each name are delayed or in a queue. */
async function waitingJobs(resque: Resque): Promise<Map<string, number>> {
  const queues = await resque.queues.list()
  const payloads = await Promise.all(queues.map(({ name }) => resque.queues.peek(name, 0, mostCounted)))
  const delayed = await resque.delayed.list(mostCounted)
  const counts = new Map<string, number>()
  for (const name of [...payloads.flat(), ...delayed.map(({ payload }) => payload)].map(className)) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

const heads = ['complete', 'failed', 'cancelled', 'still waiting']

/** Writes the summary. @param lastedMs how long jobs were performed */
export async function summarise(
  paper: Paper,
  resque: Resque,
  journal: Journal,
  lastedMs: number,
): Promise<void> {
  const [waiting, { processed, failed }] = await Promise.all([waitingJobs(resque), resque.stats()])
  const names = [...new Set([...journal.ends.keys(), ...waiting.keys()])].sort()
  const width = Math.max('job'.length, ...names.map((name) => name.length))
  paper.write('')
  paper.write(paper.paint('bold', `summary of ${durationText(lastedMs)}`))
  if (names.length > 0) paper.write(`  ${'job'.padEnd(width)}  ${heads.join('  ')}`)
  for (const name of names) {
    const ends = journal.ends.get(name)
    const counts = [ends?.complete ?? 0, ends?.failed ?? 0, ends?.cancelled ?? 0, waiting.get(name) ?? 0]
    const cells = counts.map((count, index) => String(count).padStart(heads[index]?.length ?? 0))
    paper.write(`  ${paper.printable(name).padEnd(width)}  ${cells.join('  ')}`)
  }
  paper.write(`  processed ${processed} in all, ${failed} of them failed`)
}
