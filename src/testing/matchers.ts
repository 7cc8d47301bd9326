// The words that tests use: matchers for vitest and jest, functions for node:test and others.

import { AssertionError } from 'node:assert'
import { InvalidArgumentError } from '../errors.ts'
import type { ArgsOf, JobClass } from '../job/job.ts'
import type { When } from '../job/times.ts'
import { aJob, type Equals, lookFor, type Stations, WantedJob } from './wanted.ts'

/** What a matcher resolves to, for vitest and jest. */
export interface MatcherResult {
  readonly pass: boolean
  message(): string
}

/** What vitest and jest call a matcher on. */
interface MatcherState {
  readonly isNot?: boolean
  readonly equals?: Equals
}

type Sought = JobClass | string | WantedJob

function wantedOf(job: Sought, args: readonly unknown[]): WantedJob {
  return job instanceof WantedJob ? job : aJob(job, ...args)
}

function checkKit(kit: unknown): asserts kit is Stations {
  if (typeof (kit as Partial<Stations> | null)?.enqueued === 'function') return
  throw new InvalidArgumentError(
    'kit',
    kit,
    'the matchers look at a kit: await expect(kit).toHaveEnqueued(…).',
  )
}

async function match(state: MatcherState, kit: unknown, wanted: WantedJob): Promise<MatcherResult> {
  checkKit(kit)
  const equals: Equals | undefined =
    state.equals === undefined ? undefined : (actual, expected) => state.equals?.(actual, expected) === true
  const verdict = await lookFor(kit, wanted, equals)
  return { pass: verdict.pass, message: () => verdict.message(state.isNot) }
}

/**
 * For `expect.extend`: `await expect(kit).toHaveEnqueued(SendEmail, 'ann')`. Without args, those are not looked at;
 * `aJob(SendEmail)` describes a job in more detail.
 */
export const resqueMatchers = {
  /** A job waits in its queue (or where and when `aJob(…)` says). */
  toHaveEnqueued(this: MatcherState, kit: unknown, job: Sought, ...args: unknown[]): Promise<MatcherResult> {
    return match(this, kit, wantedOf(job, args))
  },
  /** A job is delayed until then. */
  toHaveEnqueuedAt(
    this: MatcherState,
    kit: unknown,
    date: When,
    job: Sought,
    ...args: unknown[]
  ): Promise<MatcherResult> {
    return match(this, kit, wantedOf(job, args).at(date))
  },
  /** A job waits in this queue. */
  toHaveEnqueuedTo(
    this: MatcherState,
    kit: unknown,
    queue: string,
    job: Sought,
    ...args: unknown[]
  ): Promise<MatcherResult> {
    return match(this, kit, wantedOf(job, args).in(queue))
  },
} as const

/** The matchers' types, for `declare module 'vitest'` and jest; see docs/testing.md. */
export interface ResqueMatchers<R = unknown> {
  toHaveEnqueued<C extends JobClass>(job: C, ...args: ArgsOf<C> | []): Promise<R>
  toHaveEnqueued(job: string | WantedJob, ...args: unknown[]): Promise<R>
  toHaveEnqueuedAt(date: When, job: Sought, ...args: unknown[]): Promise<R>
  toHaveEnqueuedTo(queue: string, job: Sought, ...args: unknown[]): Promise<R>
}

async function assertThat(kit: Stations, wanted: WantedJob, isNegated: boolean): Promise<void> {
  checkKit(kit)
  const { pass, message } = await lookFor(kit, wanted)
  if (pass !== isNegated) return
  throw new AssertionError({ message: message(isNegated), stackStartFn: assertEnqueued })
}

/** @throws AssertionError, which lists what is there, when no such job waits */
export function assertEnqueued<C extends JobClass>(
  kit: Stations,
  job: C,
  ...args: ArgsOf<C> | []
): Promise<void>
export function assertEnqueued(kit: Stations, job: string | WantedJob, ...args: unknown[]): Promise<void>
export function assertEnqueued(kit: Stations, job: Sought, ...args: unknown[]): Promise<void> {
  return assertThat(kit, wantedOf(job, args), false)
}

/** @throws AssertionError, which lists what is there, when such a job waits */
export function assertNotEnqueued<C extends JobClass>(
  kit: Stations,
  job: C,
  ...args: ArgsOf<C> | []
): Promise<void>
export function assertNotEnqueued(kit: Stations, job: string | WantedJob, ...args: unknown[]): Promise<void>
export function assertNotEnqueued(kit: Stations, job: Sought, ...args: unknown[]): Promise<void> {
  return assertThat(kit, wantedOf(job, args), true)
}
