// In which order a worker looks into its queues: always the same (strict priority), each first in turn (fair), or
// by lot, where a queue of weight 5 comes before one of weight 1 five times out of six.

import { InvalidArgumentError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import type { QueueList } from './queue-list.ts'

export type QueueOrder = 'strict' | 'fair'

const orders: readonly string[] = ['strict', 'fair']

/** @throws InvalidArgumentError for another order, and for `fair` with weights, which say something else */
export function checkOrder(order: unknown, list: QueueList): QueueOrder {
  const given = order ?? 'strict'
  if (typeof given !== 'string' || !orders.includes(given)) {
    const hint = typeof given === 'string' ? didYouMean(given, orders) : ''
    throw new InvalidArgumentError(
      'order',
      order,
      `order must be "strict" or "fair", got ${JSON.stringify(order)}.${hint}`,
    )
  }
  if (given === 'fair' && list.hasWeights) {
    const why = 'weights draw lots, fair takes turns'
    throw new InvalidArgumentError(
      'order',
      order,
      `the queues ${list.given} have weights: ${why}. Leave one of the two out.`,
    )
  }
  return given as QueueOrder
}

/** The queues by lot: the chance of each to be the next is its share of the weights that are left. */
function drawn(names: readonly string[], list: QueueList): string[] {
  const lots = names.map((name) => ({ name, lot: -Math.log(1 - Math.random()) / list.weightOf(name) }))
  return lots.sort((a, b) => a.lot - b.lot).map(({ name }) => name)
}

export class Turns {
  readonly #list: QueueList
  readonly #order: QueueOrder
  #first = 0

  constructor(list: QueueList, order: QueueOrder) {
    this.#list = list
    this.#order = order
  }

  /** The names in the order for the next reservation. */
  next(names: readonly string[]): readonly string[] {
    if (names.length < 2) return names
    if (this.#list.hasWeights) return drawn(names, this.#list)
    if (this.#order === 'strict') return names
    const first = this.#first++ % names.length
    return [...names.slice(first), ...names.slice(0, first)]
  }
}
