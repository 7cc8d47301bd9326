// The generated part of docs/performance.md: tables with bars and charts, made from bench/results.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { axes } from './growth/axes.mjs'
import { growthChart, growthName, growthSection } from './growth/section.mjs'
import { number, withUnit } from './metrics.mjs'
import { soakCharts, soakSection } from './soak/section.mjs'
import { bestPeer, hasBudget, judge, ratios, spread } from './statistics.mjs'
import { adapterOf, peers, systems } from './systems.mjs'

const results = new URL('./results/', import.meta.url)
const page = new URL('../docs/performance.md', import.meta.url)
const charts = new URL('../docs/performance/', import.meta.url)
const biome = fileURLToPath(new URL('../node_modules/@biomejs/biome/bin/biome', import.meta.url))
const begin = '<!-- bench: made by `npm run bench` -->'
const end = '<!-- /bench -->'
const barWidth = 24

function save(name, result) {
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify(result, null, 1)}\n`)
}

export const saveResult = (result) => save(result.id, result)
export const saveGrowth = (result) => save(growthName(result), result)
export const saveSoak = (result) => save('soak', result)

function saved(pattern) {
  if (!existsSync(results)) return []
  return readdirSync(results)
    .filter((name) => pattern.test(name))
    .map((name) => JSON.parse(readFileSync(new URL(name, results), 'utf8')))
}

/** All kept results, in order. */
export function savedResults() {
  return saved(/^W\d+\.json$/).sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
}

function saveChart(name, svg) {
  mkdirSync(charts, { recursive: true })
  writeFileSync(new URL(`${name}.svg`, charts), svg)
}

/** By work, then in the order of the axes. */
function savedGrowth() {
  const order = Object.keys(axes)
  const place = ({ work, axis }) => 10 * Number(work.slice(1)) + order.indexOf(axis)
  return saved(/^growth-W\d+-\w+\.json$/).sort((a, b) => place(a) - place(b))
}

/** Draws all charts anew. -> the sections that show them */
function drawn() {
  const growths = savedGrowth()
  const soaks = saved(/^soak\.json$/)
  for (const result of growths) saveChart(growthName(result), growthChart(result))
  for (const [name, svg] of soaks.flatMap(soakCharts)) saveChart(name, svg)
  return [...growthSection(growths), ...soaks.flatMap(soakSection)]
}

/** A lateness is below 0 where jobs were performed early: no bar. */
function bar(value, most) {
  const eighths = Math.max(0, Math.round((8 * barWidth * value) / most))
  const last = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8]
  return '█'.repeat(Math.floor(eighths / 8)) + last || '▏'
}

function standing(values, subject, name, better) {
  if (name === subject) return ''
  const ratio = ratios(values[subject], values[name], better)
  return ratio === undefined ? '' : `${number(ratio.median)}×`
}

const ofLimit = (toLimit) => (toLimit === undefined ? '–' : `${number(100 * toLimit.median)} %`)

function verdictOf({ peer, toPeer, toLimit, share, verdicts }) {
  const parts = []
  if (toPeer !== undefined) parts.push(`**${number(toPeer.median)}×** ${peer}`)
  if (toLimit !== undefined) parts.push(`${ofLimit(toLimit)} of the limit`)
  if (share) parts.push(`tracked ${number(100 * share.median)} % of untracked`)
  for (const { budget, kept } of verdicts) parts.push(`${kept ? 'kept' : '**missed**'}: ${budget}`)
  return parts.join('; ').replaceAll('>=', '≥').replaceAll('<=', '≤').replaceAll(' x ', ' × ')
}

function table(measured, key, metric) {
  const judged = judge(measured, key, metric)
  if (judged === undefined) return []
  const { values } = judged
  const known = Object.keys(measured.systems).filter((name) => spread(values[name]) !== undefined)
  const most = Math.max(...known.map((name) => spread(values[name]).median))
  const rows = known.map((name) => {
    const { median, least, most: highest } = spread(values[name])
    const cells = [systems[name].title, withUnit(median, metric.unit), `${number(least)}–${number(highest)}`]
    return `| ${[...cells, standing(values, measured.subject, name, metric.better), `\`${bar(median, most)}\``].join(' | ')} |`
  })
  const title = `${measured.name}: ${metric.title}${measured.pinned ? ' (pinned to one core)' : ''}`
  const verdict = verdictOf(judged)
  const direction = metric.better === 'lower' ? 'less is better' : 'more is better'
  return [
    '',
    `**${title}**${verdict === '' ? '' : ` — ${verdict}`}`,
    '',
    `| system | median | spread | ${systems[measured.subject].title} is better by | ${direction} |`,
    '| --- | ---: | ---: | ---: | --- |',
    ...rows,
  ]
}

function others(measured) {
  const rest = Object.entries(measured.metrics).filter(([, metric]) => !hasBudget(metric))
  const lines = rest.flatMap(([key, metric]) => {
    const judged = judge(measured, key, metric)
    if (judged === undefined) return []
    const known = Object.entries(judged.values).filter(([, rounds]) => spread(rounds) !== undefined)
    const cells = known.map(
      ([name, rounds]) => `${systems[name].title} ${withUnit(spread(rounds).median, metric.unit)}`,
    )
    return [`- ${measured.name}, ${metric.title}: ${cells.join(', ')}`]
  })
  return lines.length === 0 ? [] : ['', ...lines]
}

function workSection(result) {
  const lines = ['', `## ${result.id}. ${result.title}`, '', result.note]
  const { versions, rounds, date } = result
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  lines.push('', `${rounds} rounds, ${date.slice(0, 10)}: ${named.join(', ')}.`)
  for (const measured of result.cases) {
    for (const [key, metric] of Object.entries(measured.metrics))
      if (hasBudget(metric)) lines.push(...table(measured, key, metric))
    lines.push(...others(measured))
  }
  return lines
}

function overview(all) {
  const lines = [
    '',
    '## Overview',
    '',
    '| work | measure | here | best peer | ratio | of the limit | budget |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
  ]
  for (const { id, cases } of all)
    for (const measured of cases)
      for (const [key, metric] of Object.entries(measured.metrics)) {
        const judged = hasBudget(metric) ? judge(measured, key, metric) : undefined
        if (judged === undefined) continue
        const { values, own, toPeer, toLimit, verdicts } = judged
        const peer = bestPeer(values, metric.better)
        const theirs =
          peer === undefined ? '–' : `${withUnit(spread(values[peer]).median, metric.unit)} ${peer}`
        const kept = verdicts.map(({ budget, kept }) => `${budget}${kept ? '' : ' **missed**'}`).join(', ')
        const ratio = toPeer === undefined ? '–' : `${number(toPeer.median)}×`
        lines.push(
          `| ${id} | ${measured.name}, ${metric.title} | ${withUnit(own.median, metric.unit)} | ${theirs} | ${ratio} | ${ofLimit(toLimit)} | ${kept} |`,
        )
      }
  return lines
}

async function settingsSection() {
  const lines = ['', '## Settings', '']
  for (const adapter of ['ours', ...peers]) {
    const { name, settings } = await adapterOf(adapter)
    lines.push(`- **${name}**: ${settings}.`)
  }
  return lines
}

/** Writes the generated part anew, from all kept results. */
export async function writePage() {
  const all = savedResults()
  const parts = [overview(all), await settingsSection(), all.flatMap(workSection), drawn()]
  const made = [...parts.flat(), ''].join('\n')
  const text = readFileSync(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/performance.md has lost its markers ${begin} and ${end}`)
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n${made}\n${text.slice(to)}`)
  execFileSync(process.execPath, [biome, 'format', '--write', fileURLToPath(page)], { stdio: 'ignore' })
}
