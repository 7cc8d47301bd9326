// What the tests of the doctor share: an examination without the usual patience, and the three visits of a patient
// that gets well.

import { expect } from 'vitest'
import { type Diagnosis, examine } from '../../src/doctor/doctor.ts'
import type { Finding } from '../../src/doctor/examination.ts'
import type { FindingCode } from '../../src/doctor/findings.ts'
import type { World } from '../support/world.ts'

/** The redis-server of the tests keeps nothing on disk, and that is told each time. */
function ofThisWorld({ findings }: Diagnosis): Finding[] {
  return findings.filter(({ code }) => code !== 'no_persistence')
}

/** Examines a world. Nothing moves in it, so nobody has to wait for moves to end. */
export async function visit({ resque }: World, fix = false): Promise<Finding[]> {
  return ofThisWorld(await examine(resque, { fix, graceSeconds: 0.01 }))
}

export function codesOf(findings: readonly Finding[]): FindingCode[] {
  return findings.map(({ code }) => code)
}

/** Finds so many of this and nothing else, and writes nothing; repairs them; finds nothing any more. */
export async function expectCure(here: World, code: FindingCode, count: number): Promise<Finding> {
  const before = await dump(here)
  const [found, ...others] = await visit(here)
  expect(others).toEqual([])
  expect(found).toMatchObject({ code, count, repaired: 0, fixable: true })
  expect(await dump(here)).toEqual(before)
  expect(await visit(here, true)).toMatchObject([{ code, count, repaired: count }])
  expect(codesOf(await visit(here))).toEqual([])
  return found as Finding
}

/** Every key with its bytes. */
async function dump({ redis, namespace }: World): Promise<Map<string, string>> {
  const keys = (await redis.keys(`${namespace}:*`)).sort()
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)))
  return new Map(keys.map((key, index) => [key, dumps[index]?.toString('latin1') ?? '']))
}

/** Finds so many of this and nothing else, and cannot repair it. */
export async function expectReport(here: World, code: FindingCode, count: number): Promise<Finding> {
  for (const fix of [true, false]) {
    expect(await visit(here, fix)).toMatchObject([{ code, count, repaired: 0, fixable: false }])
  }
  return (await visit(here))[0] as Finding
}
