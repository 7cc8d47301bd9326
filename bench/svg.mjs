// Line charts as SVG: a text that any page can show, readable in light and dark.

import { number } from './metrics.mjs'

const width = 760
const height = 420
/** Values of two lines that are nearer than this do not both fit above their points. */
const crowdedPx = 40
const plot = { left: 76, right: 736, top: 92, bottom: 356 }

const style = `
.back{fill:#fff;stroke:#d0d7de}
text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#57606a;font-size:13px}
.title{fill:#1f2328;font-size:17px;font-weight:600}
.value{fill:#1f2328;font-size:12px;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.grid{stroke:#d8dee4;stroke-width:1}
.axis{stroke:#8c959f;stroke-width:1}
.band{fill:#eaeef2}
.mark{stroke:#bc4c00;stroke-width:1.5;stroke-dasharray:6 5}
.marked{fill:#bc4c00;font-size:12px;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.line{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
.thin{fill:none;stroke-width:1.5}
.s0{stroke:#0969da}.s1{stroke:#bf3989}.s2{stroke:#1a7f37}.s3{stroke:#8250df}.s4{stroke:#9a6700}
.d0{fill:#0969da}.d1{fill:#bf3989}.d2{fill:#1a7f37}.d3{fill:#8250df}.d4{fill:#9a6700}
@media (prefers-color-scheme:dark){
.back{fill:#0d1117;stroke:#30363d}
text{fill:#9198a1}
.title{fill:#f0f6fc}
.value{fill:#f0f6fc;stroke:#0d1117}
.grid{stroke:#262c36}
.axis{stroke:#656c76}
.band{fill:#171d26}
.mark{stroke:#f0883e}
.marked{fill:#f0883e;stroke:#0d1117}
.s0{stroke:#4493f8}.s1{stroke:#f778ba}.s2{stroke:#3fb950}.s3{stroke:#ab7df8}.s4{stroke:#d29922}
.d0{fill:#4493f8}.d1{fill:#f778ba}.d2{fill:#3fb950}.d3{fill:#ab7df8}.d4{fill:#d29922}
}`

const escaped = (text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const at = (value) => Math.round(value * 10) / 10

function text(x, y, content, { kind, anchor = 'start' } = {}) {
  const name = kind === undefined ? '' : ` class="${kind}"`
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${name}>${escaped(content)}</text>`
}

const line = (x1, y1, x2, y2, kind) =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${kind}"/>`

/** About so many round steps from 0 to `most` or a little further. */
export function roundSteps(most, about = 5) {
  const rough = (most || 1) / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10)
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, index) => index * step)
}

/** A function from a value to its place; a logarithmic axis has its ends a little beyond the values. */
function scaleX(chart) {
  const values = chart.series.flatMap(({ points }) => points.map(({ x }) => x))
  const of = chart.isLog ? Math.log : (value) => value
  const [least, most] = [of(chart.least ?? Math.min(...values)), of(chart.most ?? Math.max(...values))]
  const margin = chart.isLog ? 34 : 0
  const span = plot.right - plot.left - 2 * margin
  return (value) => plot.left + margin + (span * (of(value) - least)) / (most - least || 1)
}

function scaleY(steps) {
  const most = steps.at(-1)
  return (value) => plot.bottom - ((plot.bottom - plot.top) * value) / most
}

function highest({ series, marks = [] }) {
  const values = series.flatMap(({ points }) => points.flatMap(({ y, most }) => [y, most ?? y]))
  return Math.max(...values, ...marks.map(({ y }) => y))
}

function axes(chart, toX, toY, steps) {
  const middle = (plot.top + plot.bottom) / 2
  const ticks = chart.ticks ?? [...new Set(chart.series.flatMap(({ points }) => points.map(({ x }) => x)))]
  const show = chart.tickText ?? ((value) => value.toLocaleString('en-US'))
  return [
    ...steps.map((step) => line(plot.left, toY(step), plot.right, toY(step), step === 0 ? 'axis' : 'grid')),
    ...steps.map((step) => text(plot.left - 10, toY(step) + 4.5, number(step), { anchor: 'end' })),
    ...ticks.map((tick) => line(toX(tick), plot.bottom, toX(tick), plot.bottom + 5, 'axis')),
    ...ticks.map((tick) => text(toX(tick), plot.bottom + 22, show(tick), { anchor: 'middle' })),
    text((plot.left + plot.right) / 2, height - 16, chart.xLabel, { anchor: 'middle' }),
    `<g transform="rotate(-90 22 ${middle})">${text(22, middle, chart.yLabel, { anchor: 'middle' })}</g>`,
  ]
}

/** Marks lie over the grid and under the lines: a dashed line with its meaning at the right. */
function markOf({ y, label }, toY) {
  const end = text(plot.right - 4, toY(y) - 7, label, { kind: 'marked', anchor: 'end' })
  return [line(plot.left, toY(y), plot.right, toY(y), 'mark'), end]
}

function bandOf({ from, to, label }, toX) {
  const [x, size] = [toX(from), toX(to) - toX(from)]
  const box = `<rect x="${at(x)}" y="${plot.top}" width="${at(size)}" height="${plot.bottom - plot.top}" class="band"/>`
  return [box, text(x + size / 2, plot.top + 16, label, { anchor: 'middle' })]
}

function spreadOf({ x, least, most }, index, toX, toY) {
  if (least === undefined || toY(least) - toY(most) < 3) return []
  return [line(toX(x), toY(least), toX(x), toY(most), `thin s${index}`)]
}

/** A value stands above its point, or below when another line's value would stand there. */
function figureAt(point, index, series, toX, toY) {
  const y = toY(point.y)
  const isCrowded = series.some((other, its) => {
    const twin = its === index ? undefined : other.points.find(({ x }) => x === point.x)
    return twin !== undefined && twin.y >= point.y && y - toY(twin.y) < crowdedPx
  })
  const place = isCrowded
    ? Math.max(y, toY(point.least ?? point.y)) + 20
    : Math.min(y, toY(point.most ?? point.y)) - 11
  return text(toX(point.x), place, number(point.y), { kind: 'value', anchor: 'middle' })
}

/** Lines first, values last: no line runs through a figure. */
function curves(series, toX, toY) {
  const paths = series.map(({ points }, index) => {
    const path = points.map(({ x, y }, step) => `${step === 0 ? 'M' : 'L'}${at(toX(x))} ${at(toY(y))}`)
    return `<path d="${path.join('')}" class="line s${index}"/>`
  })
  const each = (draw) =>
    series.flatMap((one, index) => (one.showsValues ? one.points.flatMap((point) => draw(point, index)) : []))
  const dot = ({ x, y }, index) => `<circle cx="${at(toX(x))}" cy="${at(toY(y))}" r="4.5" class="d${index}"/>`
  return [
    ...paths,
    ...each((point, index) => spreadOf(point, index, toX, toY)),
    ...each(dot),
    ...each((point, index) => figureAt(point, index, series, toX, toY)),
  ]
}

/** The names of the lines, from left to right; a single line needs none. */
function legend(series) {
  if (series.length < 2) return []
  let x = plot.left
  return series.flatMap(({ name }, index) => {
    const from = x
    x += 44 + 7.2 * name.length
    return [line(from, 69, from + 20, 69, `line s${index}`), text(from + 27, 73.5, name)]
  })
}

/**
 * @param chart { title, subtitle, xLabel, yLabel, isLog?, least?, most?, ticks?, tickText?,
 *   series: [{ name, showsValues?, points: [{ x, y, least?, most? }] }], marks?: [{ y, label }], bands?: [{ from, to, label }] }
 */
export function lineChart(chart) {
  const steps = roundSteps(highest(chart) * 1.08)
  const [toX, toY] = [scaleX(chart), scaleY(steps)]
  const parts = [
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" class="back"/>`,
    text(plot.left - 52, 32, chart.title, { kind: 'title' }),
    text(plot.left - 52, 52, chart.subtitle),
    ...(chart.bands ?? []).flatMap((band) => bandOf(band, toX)),
    ...axes(chart, toX, toY, steps),
    ...(chart.marks ?? []).flatMap((mark) => markOf(mark, toY)),
    ...curves(chart.series, toX, toY),
    ...legend(chart.series),
  ]
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(`${chart.title}: ${chart.subtitle}`)}">`
  return `${head}\n<style>${style}\n</style>\n${parts.join('\n')}\n</svg>\n`
}
