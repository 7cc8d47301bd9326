// Medians, spreads, ratios and verdicts of what was measured.

import { peers } from './systems.mjs'

export function median(values) {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** { median, least, most } of the values, or undefined when there are none. */
export function spread(values) {
  const known = (values ?? []).filter((value) => Number.isFinite(value))
  if (known.length === 0) return undefined
  return { median: median(known), least: Math.min(...known), most: Math.max(...known) }
}

/** How many times better `ours` is than `theirs`, round by round. */
export function ratios(ours, theirs, better) {
  const pairs = (ours ?? []).map((value, round) => [value, theirs?.[round]])
  const known = pairs.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b) && a > 0 && b > 0)
  return spread(known.map(([a, b]) => (better === 'lower' ? b / a : a / b)))
}

/** The values of a metric by system: `{ ours: [round 1, round 2, …], … }`. */
export function valuesOf(measured, key) {
  return Object.fromEntries(
    Object.entries(measured.systems).map(([system, rounds]) => [
      system,
      rounds.map((result) => result?.[key]),
    ]),
  )
}

/** The peer with the best median, or undefined. */
export function bestPeer(values, better) {
  const ranked = peers
    .map((name) => ({ name, middle: spread(values[name])?.median }))
    .filter(({ middle }) => middle !== undefined)
    .sort((a, b) => (better === 'lower' ? a.middle - b.middle : b.middle - a.middle))
  return ranked[0]?.name
}

function ownVerdicts(metric, own) {
  const verdicts = []
  if (metric.atLeast !== undefined)
    verdicts.push({
      budget: `>= ${metric.atLeast.toLocaleString('en-US')}${unitOf(metric)}`,
      kept: own.median >= metric.atLeast,
    })
  if (metric.atMost !== undefined)
    verdicts.push({
      budget: `<= ${metric.atMost.toLocaleString('en-US')}${unitOf(metric)}`,
      kept: own.median <= metric.atMost,
    })
  return verdicts
}

const unitOf = ({ unit }) => (unit === '' || unit === '/s' ? unit : ` ${unit}`)

/**
 * What the report says of a metric of a case.
 * -> { own, peer, toPeer, toLimit, share, verdicts: [{ budget, kept }] }; undefined when the subject was not measured
 */
export function judge(measured, key, metric) {
  const values = valuesOf(measured, key)
  const own = spread(values[measured.subject])
  if (own === undefined) return undefined
  const peer = bestPeer(values, metric.better)
  const toPeer = ratios(values[measured.subject], values[peer], metric.better)
  const toLimit = ratios(values[measured.subject], values.limit, metric.better)
  const share = metric.shareOf && ratios(values[metric.shareOf], values[measured.subject], metric.better)
  const verdicts = ownVerdicts(metric, own)
  if (metric.ratioAtLeast !== undefined && toPeer !== undefined)
    verdicts.push({
      budget: `>= ${metric.ratioAtLeast} x best peer`,
      kept: toPeer.median >= metric.ratioAtLeast,
    })
  if (share)
    verdicts.push({
      budget: `tracked >= ${100 * metric.shareAtLeast} %`,
      kept: share.median >= metric.shareAtLeast,
    })
  return { values, own, peer, toPeer, toLimit, share, verdicts }
}

/** Whether the metric has a budget; the others are shown for the record. */
export function hasBudget(metric) {
  return ['ratioAtLeast', 'atLeast', 'atMost'].some((name) => metric[name] !== undefined)
}
