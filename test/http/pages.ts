// Pages of a test's daemon, and what they say.

import { onTestFinished } from 'vitest'
import type { HealthCheck } from '../../src/http/checks.ts'
import { type ServeHttpOptions, serveHttp } from '../../src/http/serve-http.ts'

export interface Page {
  readonly status: number
  readonly text: string
  readonly type: string
}

export interface Report {
  readonly status: number
  readonly said: string
  /** The checks by name. */
  readonly checks: Readonly<Record<string, HealthCheck>>
}

/** Without keep-alive, so that a test leaves no connection behind. */
export async function get(port: number, path: string): Promise<Page> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
  const type = response.headers.get('content-type') ?? ''
  return { status: response.status, text: await response.text(), type }
}

export async function report(port: number, path: '/healthz' | '/readyz'): Promise<Report> {
  const { status, text } = await get(port, path)
  const { status: said, checks } = JSON.parse(text) as { status: string; checks: HealthCheck[] }
  return { status, said, checks: Object.fromEntries(checks.map((check) => [check.name, check])) }
}

/** Serves on a free port until the test ends. */
export async function servePages(options: Omit<ServeHttpOptions, 'port'>): Promise<number> {
  const pages = await serveHttp({ port: 0, host: '127.0.0.1', ...options })
  onTestFinished(() => pages.close())
  return pages.port
}

/** Samples of a scrape: `name{labels}` to value. */
export async function scrape(port: number): Promise<Map<string, number>> {
  const { text } = await get(port, '/metrics')
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}
