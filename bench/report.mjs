// The report in the terminal: ratios and verdicts first, then every system with median and spread.

import { number, withUnit } from './metrics.mjs'
import { hasBudget, judge, spread } from './statistics.mjs'
import { systems } from './systems.mjs'

const times = ({ median, least, most }) => `${number(median)}x (${number(least)}–${number(most)})`

/** One line: how the subject stands to peer, limit and budget. */
export function headline(measured, key, metric) {
  const judged = judge(measured, key, metric)
  if (judged === undefined) return undefined
  const { own, peer, toPeer, toLimit, share, verdicts } = judged
  const parts = []
  if (toPeer !== undefined) parts.push(`${times(toPeer)} ${peer}`)
  parts.push(withUnit(own.median, metric.unit))
  if (toLimit !== undefined) parts.push(`${number(100 * toLimit.median)} % of the limit`)
  if (share) parts.push(`tracked ${number(100 * share.median)} % of untracked`)
  const verdict = verdicts.map(({ budget, kept }) => `${kept ? 'ok' : 'MISSED'} (${budget})`).join(', ')
  return [parts.join(' | '), verdict].filter((part) => part !== '').join('  ')
}

function systemLine(name, values, metric) {
  const known = spread(values[name])
  if (known === undefined) return []
  const range = `${number(known.least)}–${number(known.most)}`
  return [
    `      ${systems[name].title.padEnd(28)} ${withUnit(known.median, metric.unit).padStart(14)}   ${range}`,
  ]
}

/** What has no budget is shown in one line. */
function shortLine(judged, metric) {
  const cells = Object.entries(judged.values).flatMap(([name, rounds]) => {
    const known = spread(rounds)
    return known === undefined ? [] : [`${name} ${number(known.median)}`]
  })
  const unit = metric.unit === '' ? '' : `, ${metric.unit}`
  return `    ${metric.title}${unit}: ${cells.join(', ')}`
}

function metricLines(measured, key, metric) {
  const judged = judge(measured, key, metric)
  if (judged === undefined) return []
  if (!hasBudget(metric)) return [shortLine(judged, metric)]
  const lines = [`  ${metric.title}: ${headline(measured, key, metric)}`]
  return [
    ...lines,
    ...Object.keys(measured.systems).flatMap((name) => systemLine(name, judged.values, metric)),
  ]
}

/** The text of one work. @param measuredCases what main.mjs collected, a case each */
export function reportOf(work, measuredCases) {
  const lines = ['', `${work.id}  ${work.title}`]
  for (const measured of measuredCases) {
    lines.push(` ${measured.name}${measured.pinned ? '  (Redis and process pinned to one core)' : ''}`)
    for (const [key, metric] of Object.entries(measured.metrics))
      lines.push(...metricLines(measured, key, metric))
  }
  return lines.join('\n')
}

/** The ratios and verdicts of all works, a line each; what every run ends with. */
export function summaryOf(results) {
  const lines = ['', 'Against the budgets']
  for (const { id, cases } of results)
    for (const measured of cases)
      for (const [key, metric] of Object.entries(measured.metrics)) {
        const line = hasBudget(metric) ? headline(measured, key, metric) : undefined
        if (line !== undefined) lines.push(`  ${id.padEnd(4)}${measured.name}, ${metric.title}: ${line}`)
      }
  return lines.join('\n')
}
