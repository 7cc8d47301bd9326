// The pages of a master over processes that a test plays.

import { expect, it } from 'vitest'
import type { HealthCheck } from '../../src/http/checks.ts'
import { type Answer, FleetSource } from '../../src/http/fleet-source.ts'
import type { WorkerReport } from '../../src/http/worker-report.ts'

const well: HealthCheck = { name: 'registered', ok: true, why: 'it takes jobs' }
const ill: HealthCheck = { name: 'paused', ok: false, why: 'it was paused' }

function report(pid: number, jobs: number, ready: HealthCheck = well): WorkerReport {
  const values = [{ value: jobs, labels: {} }]
  const counter = { name: 'jobs_total', help: 'jobs', type: 'counter', aggregator: 'sum', values } as const
  const gauge = { ...counter, name: 'busy', type: 'gauge' } as const
  const metrics = [counter, gauge] as unknown as WorkerReport['metrics']
  return { pid, alive: [well], ready: [ready], metrics }
}

function answer(last: WorkerReport | null, more: Partial<Answer> = {}): Answer {
  return { pid: last?.pid ?? 7, isStarting: false, hasAnswered: last !== null, last, ...more }
}

function sourceOf(answers: Answer[]): FleetSource {
  const ask = () => Promise.resolve(answers)
  return new FleetSource({ wanted: 2, running: answers.length, deaths: 0, ask })
}

async function sample(source: FleetSource, name: string): Promise<number | undefined> {
  const line = (await source.metrics()).split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.split(' ')[1])
}

it('adds up what processes count, those that have ended and those that do not answer included', async () => {
  const answers = [answer(report(1, 5)), answer(report(2, 7), { hasAnswered: false })]
  const source = sourceOf(answers)
  expect([await sample(source, 'jobs_total'), await sample(source, 'busy')]).toEqual([12, 12])
  source.depart(report(1, 6))
  answers.shift()
  expect([await sample(source, 'jobs_total'), await sample(source, 'busy')]).toEqual([13, 7])
  source.depart(report(2, 8))
  answers.shift()
  expect([await sample(source, 'jobs_total'), await sample(source, 'busy')]).toEqual([14, undefined])
})

it('is ready while one process is, and names the others with what is wrong with them', async () => {
  const answers = [
    answer(report(1, 0)),
    answer(report(2, 0, ill)),
    answer(report(3, 0), { hasAnswered: false }),
    answer(null, { pid: 4, isStarting: true }),
  ]
  const [, registered] = await sourceOf(answers).ready()
  const others = 'process 2: it was paused; process 3 does not answer; process 4 is starting'
  expect(registered).toMatchObject({ ok: true, why: `1 of 4 take jobs; ${others}` })
  expect((await sourceOf(answers.slice(1)).ready())[1]?.ok).toBe(false)
})

it('is alive while its first process starts, and not when none of those that began answers', async () => {
  const starting = [answer(null, { isStarting: true })]
  expect((await sourceOf(starting).alive()).every(({ ok }) => ok)).toBe(true)
  const stuck = [answer(report(1, 0), { hasAnswered: false }), ...starting]
  expect((await sourceOf(stuck).alive()).map(({ ok }) => ok)).toEqual([true, false])
  expect((await sourceOf([]).alive())[0]).toMatchObject({ ok: false, why: '0 of 2 worker processes run' })
})
