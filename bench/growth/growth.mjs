// `npm run bench -- --growth`: the same work at ever larger sizes. What a job costs must not grow with them.

import { cpus } from 'node:os'
import { number, withUnit } from '../metrics.mjs'
import { saveGrowth, writePage } from '../page.mjs'
import { installPeers, versions } from '../systems.mjs'
import { axes, flatWithin, growing, pointsOf } from './axes.mjs'
import { judgedLines } from './flatness.mjs'
import { probes } from './probes.mjs'

/** Peers beyond this would take many minutes. */
const peersUpTo = 100_000
/** Works that an adapter of a peer can carry out at any size. */
const peersIn = ['W6', 'W8']
/** A point that takes long is long enough by itself. */
const onceFrom = 1_000_000

function plansOf(options) {
  const wanted = options.axes
  const plans = Object.keys(growing).flatMap((work) =>
    Object.keys(axes)
      .filter((axis) => axes[axis].works.includes(work) && wanted.includes(axis))
      .map((axis) => ({ work, axis })),
  )
  const chosen = plans.filter(({ work }) => options.works.includes(work))
  if (chosen.length > 0) return chosen
  const known = Object.entries(axes).map(([axis, { works }]) => `${axis} (${works.join(', ')})`)
  throw new Error(`--growth has no such work and axis. There are: ${known.join(', ')}.`)
}

function systemsOf({ work, axis }, options) {
  return axis === 'jobs' && peersIn.includes(work) ? ['ours', ...options.peersAsked] : ['ours']
}

async function measurePoint({ work }, { x, point }, system, options) {
  const rounds = x >= onceFrom ? 1 : options.rounds
  const measured = []
  for (let round = 0; round < rounds; round++) {
    if (!options.json)
      process.stderr.write(`\r\x1b[K${work} ${x}: round ${round + 1} of ${rounds}, ${system}`)
    measured.push(await probes[work](point, system))
  }
  if (!options.json) process.stderr.write('\r\x1b[K')
  return { x, rounds: measured }
}

async function measurePlan(plan, options) {
  const measured = {}
  for (const system of systemsOf(plan, options)) {
    const points = pointsOf(plan.axis, options.quick).filter(({ x }) => system === 'ours' || x <= peersUpTo)
    measured[system] = []
    for (const point of points) measured[system].push(await measurePoint(plan, point, system, options))
  }
  const about = { date: new Date().toISOString(), versions: versions(), cores: cpus().length }
  return { ...plan, ...about, rounds: options.rounds, quick: options.quick, measured }
}

function lineOf({ work, axis }, { name, unit, points, judged }) {
  const values = points.map(({ x, y }) => `${number(x)}: ${withUnit(y, unit)}`).join('  ')
  const verdict = `${number(judged.ratio)}x ${axes[axis].against} ${judged.kept ? 'kept' : 'MISSED'} (<= ${flatWithin})`
  return `  ${work.padEnd(4)}${axis.padEnd(11)}${name.padEnd(14)} ${values}  ${verdict}`
}

/** @param options as options.mjs reads them */
export async function growth(options) {
  if (options.saves || options.peersAsked.length > 0) installPeers()
  const results = []
  for (const plan of plansOf(options)) {
    const result = await measurePlan(plan, options)
    results.push(result)
    if (!options.json) for (const line of judgedLines(result)) console.log(lineOf(plan, line))
    if (!options.saves) continue
    saveGrowth(result)
    await writePage()
  }
  if (options.json) console.log(JSON.stringify(results, null, 1))
}
