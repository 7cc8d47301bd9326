// Settings of how a worker goes about its queues: in which order, and how much of each may go on.

import { type Given, type Setting, toggle, wrongValue } from './setting.ts'

export interface QueueLimit {
  readonly concurrency?: number
  readonly rate?: { readonly count: number; readonly seconds: number }
}

export type QueueLimitsSetting = Readonly<Record<string, QueueLimit>>

export interface QueueSettings {
  readonly fair: Setting<boolean>
  readonly limit: Setting<QueueLimitsSetting>
}

/** `mail=3`, `mail=100/60` or `mail=100/60s`: the queue, then how many at a time, or how many in how many seconds. */
const limitForm = /^(.+)=(\d+)(?:\/(\d+(?:\.\d+)?)s?)?$/

function readLimit(given: Given, text: string): readonly [queue: string, limit: QueueLimit] {
  const [, queue = '', count, seconds] = limitForm.exec(text.trim()) ?? []
  if (count === undefined || Number(count) < 1 || (seconds !== undefined && Number(seconds) <= 0)) {
    const cure = 'Write mail=3 for three at a time, mail=100/60 for a hundred in 60 seconds.'
    throw wrongValue(given, `${JSON.stringify(text.trim())} is no limit of a queue. ${cure}`)
  }
  if (seconds === undefined) return [queue.trim(), { concurrency: Number(count) }]
  return [queue.trim(), { rate: { count: Number(count), seconds: Number(seconds) } }]
}

function readLimits(given: readonly Given[]): QueueLimitsSetting {
  const limits = new Map<string, QueueLimit>()
  for (const one of given)
    for (const text of one.text.split(',').filter((part) => part.trim() !== '')) {
      const [queue, limit] = readLimit(one, text)
      limits.set(queue, { ...limits.get(queue), ...limit })
    }
  return Object.fromEntries(limits)
}

export const queueSettings: QueueSettings = {
  fair: toggle({
    flags: '--fair',
    variables: ['RESQUE_FAIR'],
    help: 'each queue comes first in turn, instead of always the same',
  }),
  limit: {
    flags: '--limit <limits>',
    variables: ['RESQUE_LIMIT'],
    help: 'of a queue over all workers: mail=3 at a time, mail=100/60 in 60 seconds; may be given several times',
    shownDefault: null,
    repeats: true,
    read: readLimits,
  },
}
