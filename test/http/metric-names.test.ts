// Every metric that the examples and the guide name is exposed by a real scrape, as they say.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { FleetSource } from '../../src/http/fleet-source.ts'
import { world } from '../support/world.ts'
import { get, servePages } from './pages.ts'

interface Metric {
  readonly type: string
  readonly help: string
}

async function metricsOf(port: number): Promise<Map<string, Metric>> {
  return metricsIn((await get(port, '/metrics')).text)
}

function metricsIn(text: string): Map<string, Metric> {
  const helps = new Map(
    [...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help = '']) => [name, help]),
  )
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  return new Map(types.map(([, name = '', type = '']) => [name, { type, help: helps.get(name) ?? '' }]))
}

async function exposed(): Promise<Map<string, Metric>> {
  const here = world()
  const scheduler = await metricsOf(await servePages({ scheduler: here.scheduler() }))
  const worker = await metricsOf(await servePages({ worker: here.worker({ queues: 'a', jobs: [] }) }))
  const fleet = { wanted: 2, running: 2, deaths: 0, ask: async () => [] }
  const master = metricsIn(await new FleetSource(fleet).metrics())
  return new Map([...scheduler, ...worker, ...master])
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

/** Names in an expression; those of a histogram's parts are the histogram's. */
function namesIn(text: string, known: ReadonlyMap<string, Metric>): string[] {
  const names = text.match(/\bresque_\w+/g) ?? []
  return names.map((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '')
    return known.get(base)?.type === 'histogram' ? base : name
  })
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string; readonly runbook: string }
}

test('each alert rule names metrics that are exposed, and says what to do', async () => {
  const known = await exposed()
  const { groups } = parse(read('examples/prometheus-alerts.yml')) as { groups: { rules: Rule[] }[] }
  const rules = groups.flatMap((group) => group.rules)
  expect(rules.length).toBeGreaterThan(10)
  for (const { alert, expr, annotations } of rules) {
    const names = namesIn(expr, known)
    expect(names, alert).not.toEqual([])
    expect(
      names.filter((name) => !known.has(name)),
      alert,
    ).toEqual([])
    expect(annotations.runbook.length, alert).toBeGreaterThan(40)
  }
  const told = rules.flatMap(({ annotations }) => namesIn(annotations.runbook, known))
  expect(told.filter((name) => !known.has(name))).toEqual([])
})

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string }[]
  readonly gridPos: { readonly x: number; readonly w: number }
}

test('each panel of the dashboard shows metrics that are exposed', async () => {
  const known = await exposed()
  const dashboard = read('examples/grafana-dashboard.json')
  const { panels } = JSON.parse(dashboard) as { panels: Panel[] }
  for (const { title, targets, gridPos } of panels) {
    const names = targets.flatMap(({ expr }) => namesIn(expr, known))
    expect(names.length, title).toBeGreaterThanOrEqual(targets.length)
    expect(
      names.filter((name) => !known.has(name)),
      title,
    ).toEqual([])
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
  }
  expect(namesIn(dashboard, known).filter((name) => !known.has(name))).toEqual([])
})

/** prom-client's own metrics of a process, which the guide names as a whole. */
const ofProcess = /^resque_(scheduler|worker)_(process|nodejs)_/

test('the guide lists every metric with its type, and none that is not there', async () => {
  const known = await exposed()
  const rows = [...read('docs/monitoring.md').matchAll(/^\| `(resque_\w+)` +\| (\w+) +\|/gm)]
  const listed = new Map(rows.map(([, name = '', type = '']) => [name, type]))
  const wanted = [...known].filter(([name]) => !ofProcess.test(name))
  expect(Object.fromEntries(listed)).toEqual(
    Object.fromEntries(wanted.map(([name, { type }]) => [name, type])),
  )
})

test('every metric has a help text and a name in the form that Prometheus asks for', async () => {
  for (const [name, { type, help }] of await exposed()) {
    expect(name).toMatch(/^resque_[a-z0-9_]+$/)
    expect(help.length, name).toBeGreaterThan(5)
    if (type === 'counter') expect(name).toMatch(/_total$/)
  }
})
