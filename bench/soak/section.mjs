// What docs/performance.md says of the soak: two charts, what was counted, and what did not grow.

import { number, withUnit } from '../metrics.mjs'
import { lineChart } from '../svg.mjs'
import { memories } from './verdicts.mjs'

function durationOf(ms) {
  const [size, unit] = [
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ].find(([size]) => ms >= size)
  return `${number(ms / size)} ${unit}`
}

/** Whole minutes (or what is rounder), and the two quarters that are compared. */
function timeAxis(lastsMs) {
  const stepMs = [5_000, 15_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 21_600_000].find(
    (step) => lastsMs / step <= 8,
  )
  const count = Math.floor(lastsMs / (stepMs ?? lastsMs))
  return {
    xLabel: 'minutes',
    ticks: Array.from({ length: count + 1 }, (_, index) => index * (stepMs ?? lastsMs)),
    tickText: (ms) => number(ms / 60_000),
    bands: [
      { from: lastsMs / 4, to: lastsMs / 2, label: 'second quarter' },
      { from: (3 * lastsMs) / 4, to: lastsMs, label: 'last quarter' },
    ],
    least: 0,
    most: lastsMs,
  }
}

function seriesOf(samples, key, name) {
  const known = samples.filter((sample) => sample[key] !== null)
  return { name, points: known.map((sample) => ({ x: sample.atMs, y: sample[key] })) }
}

/** -> [[file name, SVG], …] */
export function soakCharts({ samples, lastsMs, added, date }) {
  const common = timeAxis(lastsMs)
  const subtitle = `${durationOf(lastsMs)}, ${number(added / (lastsMs / 1000))} jobs a second, ${date.slice(0, 10)}`
  const processes = Object.entries(memories).filter(([key]) => key !== 'redisMb')
  const lateness = [
    ['p99Ms', '99 % are not later'],
    ['p50Ms', 'median'],
  ]
  const chart = (title, yLabel, lines) =>
    lineChart({
      ...common,
      title,
      subtitle,
      yLabel,
      series: lines.map(([key, name]) => seriesOf(samples, key, name)),
    })
  return [
    ['soak-memory', chart('Soak: resident memory of the processes', 'MB', processes)],
    ['soak-redis', chart('Soak: memory of Redis (used_memory)', 'MB', [['redisMb', memories.redisMb]])],
    ['soak-lateness', chart('Soak: lateness, from due to performed', 'ms', lateness)],
  ]
}

const verdict = (kept) => (kept ? 'kept' : '**missed**')

/** The lines of the section. */
export function soakSection({ samples, lastsMs, added, counts, counted, grown, date }) {
  const kinds = Object.entries(counts).map(([kind, count]) => `${number(count)} ${kind}`)
  const jobs = samples.reduce((sum, sample) => sum + sample.jobs, 0)
  return [
    '',
    '## Soak',
    '',
    `\`npm run bench -- --soak ${durationOf(lastsMs).replace(' ', '').replace('min', 'm')}\`, ${date.slice(0, 10)}: a producer, resque-scheduler and resque-worker under a steady load of ${number(added)} jobs (${kinds.join(', ')}) and three recurring entries; statuses are kept for 10 s. Lateness is that of ${number(jobs)} jobs that have a time. Memory is the resident memory of a process, and used_memory of Redis.`,
    '',
    '![Memory of the processes over time](performance/soak-memory.svg)',
    '',
    '![Memory of Redis over time](performance/soak-redis.svg)',
    '',
    '![Lateness over time](performance/soak-lateness.svg)',
    '',
    '| | second quarter | last quarter | at most | |',
    '| --- | ---: | ---: | ---: | --- |',
    ...grown.map(
      ({ title, unit, second, last, allowed, kept }) =>
        `| ${title} | ${withUnit(second, unit)} | ${withUnit(last, unit)} | ${withUnit(allowed, unit)} | ${verdict(kept)} |`,
    ),
    '',
    '| counted at the end | found | expected | |',
    '| --- | ---: | ---: | --- |',
    ...counted.map(
      ({ title, found, wanted, kept }) =>
        `| ${title} | ${number(found)} | ${number(wanted)} | ${verdict(kept)} |`,
    ),
  ]
}
