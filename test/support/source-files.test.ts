import { expect, test } from 'vitest'
import { roomOf, rooms, roomsAsMarkdown } from './rooms.ts'
import { functionsOf, importsOf, literalText, nameOf, nodesOf, parse, resolveImport } from './source-files.ts'

const imports = parse(
  'src/queue/queue.ts',
  `import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import { type A, type B } from '../job/job.ts'
import { type C, d } from '../errors.ts'
export { e } from './other.ts'
export type { F } from '../status.ts'
const g = await import('hono')
let h: import('luxon').DateTime`,
)

test('every kind of import is found, with its line, and types are told apart', () => {
  const found = importsOf(imports).map(
    ({ from, typeOnly, where }) => `${where} ${from}${typeOnly ? ' type' : ''}`,
  )
  expect(found).toEqual([
    'src/queue/queue.ts:1 node:fs',
    'src/queue/queue.ts:2 ioredis type',
    'src/queue/queue.ts:3 ../job/job.ts type',
    'src/queue/queue.ts:4 ../errors.ts',
    'src/queue/queue.ts:5 ./other.ts',
    'src/queue/queue.ts:6 ../status.ts type',
    'src/queue/queue.ts:7 hono',
    'src/queue/queue.ts:8 luxon type',
  ])
})

test('an import is resolved from the root, and a path tells its room', () => {
  expect(resolveImport(imports, '../job/job.ts')).toBe('src/job/job.ts')
  expect(resolveImport(imports, './queue.ts')).toBe('src/queue/queue.ts')
  expect(resolveImport(imports, 'ioredis')).toBeUndefined()
  expect(['src/job/job.ts', 'src/errors.ts', 'src/web/page.tsx'].map(roomOf)).toEqual([
    'job',
    'errors',
    'web',
  ])
})

test('the length of a function is that of its body', () => {
  const file = parse(
    'src/a.ts',
    'function f() {\n  g()\n}\nconst h = (x: number) => x\nclass C {\n  m() {}\n}',
  )
  expect(functionsOf(file)).toEqual([
    { where: 'src/a.ts:1', lines: 3 },
    { where: 'src/a.ts:4', lines: 1 },
    { where: 'src/a.ts:6', lines: 1 },
  ])
})

test('names and beginnings of texts are read off', () => {
  const file = parse('src/a.ts', 'redis.multi().set(`job:$' + "{id}`, 'plain', f)")
  const nodes = [...nodesOf(file)]
  expect(nodes.map(nameOf)).toContain('redis.multi.set')
  expect(nodes.map(literalText).filter((text) => text !== undefined)).toEqual(['job:', 'plain'])
})

test('the table of rooms is printed one line per room', () => {
  const text = roomsAsMarkdown()
  expect(text.split('\n')).toHaveLength(rooms().size + 4)
  expect(text).toMatch(/^ +recurring +errors clock nearest events job redis$/m)
})
