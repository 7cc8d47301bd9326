// The three pages, and what stands at the door.

import { type Context, Hono } from 'hono'
import type { HealthCheck } from './checks.ts'
import { reportOf } from './health.ts'
import type { PageSource } from './page-source.ts'

const metricsType = 'text/plain; version=0.0.4; charset=utf-8'
const wellCode = 200
const unwellCode = 503

/** A check a line, for people who look at it with curl. */
function reportText(role: PageSource['role'], checks: readonly HealthCheck[], healthy: boolean): string {
  const lines = checks.map((check) => `    ${JSON.stringify(check)}`).join(',\n')
  const status = healthy ? 'ok' : 'unhealthy'
  return `{\n  "status": "${status}",\n  "role": "${role}",\n  "checks": [\n${lines}\n  ]\n}\n`
}

function told(context: Context, role: PageSource['role'], checks: readonly HealthCheck[]): Response {
  const { healthy } = reportOf(checks)
  const type = { 'content-type': 'application/json' }
  return context.body(reportText(role, checks, healthy), healthy ? wellCode : unwellCode, type)
}

const door = (role: string): string =>
  `resque-${role}\n\n/healthz  whether this process is alive\n/readyz   whether jobs run as they should\n/metrics  for Prometheus\n`

export function pagesOf(source: PageSource): Hono {
  const pages = new Hono()
  pages.use(async (context, next) => {
    await next()
    context.header('cache-control', 'no-store')
  })
  pages.get('/', (context) => context.text(door(source.role)))
  pages.get('/healthz', async (context) => told(context, source.role, await source.alive()))
  pages.get('/readyz', async (context) => told(context, source.role, await source.ready()))
  pages.get('/metrics', async (context) =>
    context.body(await source.metrics(), wellCode, { 'content-type': metricsType }),
  )
  pages.notFound((context) => context.text(`there is no such page\n\n${door(source.role)}`, 404))
  pages.onError((error, context) => context.text(`this page failed: ${error.message}\n`, 500))
  return pages
}
