// Whether a cost stays the same per job.

import { spread } from '../statistics.mjs'
import { axes, flatWithin, growing } from './axes.mjs'

/** A figure's line: { name, key, unit, system, points: [{ x, y, least, most }] } */
export function linesOf({ work, measured }) {
  return growing[work].figures.flatMap((figure) =>
    Object.entries(measured).map(([system, points]) => ({
      ...figure,
      system,
      points: points.flatMap(({ x, rounds }) => {
        const known = spread(rounds.map((round) => round[figure.key]))
        return known === undefined ? [] : [{ x, y: known.median, least: known.least, most: known.most }]
      }),
    })),
  )
}

/**
 * What is said of a line: the largest point against the one that its axis names.
 * -> { base, last, ratio, kept }; undefined for a line of fewer than two points
 */
export function flatness({ points }, against) {
  const last = points.at(-1)
  const smaller = points.slice(0, -1)
  if (smaller.length === 0) return undefined
  const best = smaller.reduce((least, point) => (point.y < least.y ? point : least))
  const base = against === 'first' ? smaller[0] : best
  const ratio = last.y / base.y
  return { base, last, ratio, kept: ratio <= flatWithin }
}

/** The lines of our own, each with its flatness. */
export function judgedLines(result) {
  return linesOf(result)
    .filter(({ system }) => system === 'ours')
    .map((line) => ({ ...line, judged: flatness(line, axes[result.axis].against) }))
    .filter(({ judged }) => judged !== undefined)
}
