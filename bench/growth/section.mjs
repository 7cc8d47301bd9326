// What docs/performance.md says of growth: a chart, a table and a verdict for each work and axis.

import { number, withUnit } from '../metrics.mjs'
import { spread } from '../statistics.mjs'
import { lineChart } from '../svg.mjs'
import { systems } from '../systems.mjs'
import { axes, flatWithin, growing } from './axes.mjs'
import { judgedLines, linesOf } from './flatness.mjs'

export const growthName = ({ work, axis }) => `growth-${work}-${axis}`

const nameOf = ({ name, system }) => (system === 'ours' ? name : `${name}, ${systems[system].title}`)

/** The line that comes nearest to its limit, or is furthest above it, and where that limit is. */
function markOf(result) {
  const worst = judgedLines(result).sort((a, b) => b.judged.ratio - a.judged.ratio)[0]
  if (worst === undefined) return []
  const of = growing[result.work].figures.length === 1 ? '' : ` of ${worst.name}`
  const { against } = axes[result.axis]
  return [{ y: flatWithin * worst.judged.base.y, label: `${flatWithin} × the ${against}${of}` }]
}

/** The chart of a result, as SVG. */
export function growthChart(result) {
  const { work, axis, date } = result
  const { title, note, figures } = growing[work]
  const series = linesOf(result).map((line) => ({ ...line, name: nameOf(line), showsValues: true }))
  const unit = figures[0].unit === 'µs' ? 'µs per job' : 'bytes per job'
  return lineChart({
    title: `${work}. ${title}, by ${axes[axis].title}`,
    subtitle: `${axis === 'jobs' ? note : axes[axis].said.slice(2)}, ${date.slice(0, 10)}`,
    xLabel: axes[axis].title,
    yLabel: unit,
    isLog: true,
    series,
    marks: markOf(result),
  })
}

function verdictRow(result) {
  return judgedLines(result).map(({ name, unit, judged: { base, last, ratio, kept } }) => {
    const cells = [
      result.work,
      `${axes[result.axis].title}, ${name}`,
      `${withUnit(base.y, unit)} at ${number(base.x)}`,
      `${withUnit(last.y, unit)} at ${number(last.x)}`,
      `${number(ratio)}×`,
      kept ? 'kept' : '**missed**',
    ]
    return `| ${cells.join(' | ')} |`
  })
}

const middle = (rounds, key) => spread(rounds.map((round) => round[key]))?.median

/** A row for each point: the figure with its spread, and what it cost in processors' time. */
function pointRow({ work, measured }, { x, rounds }) {
  const { figures, costs } = growing[work]
  const cells = [number(x)]
  for (const { key, unit } of figures) {
    const known = spread(rounds.map((round) => round[key]))
    cells.push(withUnit(known?.median, unit), `${number(known?.least)}–${number(known?.most)}`)
  }
  if (costs) {
    cells.push(`${number(1_000_000 / middle(rounds, 'usPerJob'))}/s`)
    for (const key of ['cpuUsPerJob', 'redisCpuUsPerJob']) cells.push(withUnit(middle(rounds, key), 'µs'))
  }
  const peers = Object.keys(measured).filter((system) => system !== 'ours')
  for (const system of peers) {
    const same = measured[system].find((point) => point.x === x)
    for (const { key, unit } of figures)
      cells.push(same === undefined ? '–' : withUnit(middle(same.rounds, key), unit))
  }
  return `| ${cells.join(' | ')} |`
}

function pointTable(result) {
  const { figures, costs } = growing[result.work]
  const heads = [axes[result.axis].title, ...figures.flatMap(({ name }) => [name, 'spread'])]
  if (costs) heads.push('jobs per second', 'CPU of the processes per job', 'CPU of Redis per job')
  for (const system of Object.keys(result.measured).filter((name) => name !== 'ours'))
    heads.push(...figures.map(({ name }) => `${systems[system].title}: ${name}`))
  return [
    `| ${heads.join(' | ')} |`,
    `| ${heads.map(() => '---:').join(' | ')} |`,
    ...result.measured.ours.map((point) => pointRow(result, point)),
  ]
}

function part(result) {
  const { work, axis } = result
  const { title, note } = growing[work]
  const { title: over, said } = axes[axis]
  const alt = `${work}, ${title}: cost per job by ${over}`
  return [
    '',
    `### ${work} by ${over}`,
    '',
    `${title}: ${note}${said}.`,
    '',
    `![${alt}](performance/${growthName(result)}.svg)`,
    '',
    ...pointTable(result),
  ]
}

/** The lines of the section; none when nothing has been measured. */
export function growthSection(results) {
  if (results.length === 0) return []
  const { date, cores } = results[0]
  return [
    '',
    '## Growth',
    '',
    `What a job costs when there are more jobs, queues, worker processes or namespaces: \`npm run bench -- --growth\`, ${date.slice(0, 10)}, on ${cores} cores. Default settings (jobs are tracked), all code warmed up; processes and redis-servers share the cores. At the largest point a job may cost ${flatWithin} times what it costs at the best smaller one; of worker processes and namespaces, what it costs with a single one, because two have a core each and eight share them.`,
    '',
    '| work | over | compared with | largest point | ratio | flat |',
    '| --- | --- | ---: | ---: | ---: | --- |',
    ...results.flatMap(verdictRow),
    ...results.flatMap(part),
  ]
}
