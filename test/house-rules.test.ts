// How large things may grow, and what a test must not do.

import ts from 'typescript'
import { expect, test } from 'vitest'
import {
  functionsOf,
  importsOf,
  nameOf,
  nodesOf,
  place,
  sourceFiles,
  textFiles,
} from './support/source-files.ts'

const source = sourceFiles('src')
const tests = sourceFiles('test').filter((file) => !file.path.startsWith('test/fixtures/'))

const mostFileLines = 300
const mostFunctionLines = 50
const mostMedianLines = 12

test(`no file is longer than ${mostFileLines} lines`, () => {
  const scripts = [...textFiles('src', ['.lua', '.css', '.js']), ...textFiles('scripts', ['.mjs'])]
  const wrong = [...source, ...tests, ...scripts]
    .filter(({ lines }) => lines.length > mostFileLines)
    .map(({ path, lines }) => `${path}:${mostFileLines + 1} the file has ${lines.length} lines`)
  expect(wrong).toEqual([])
})

test(`no function is longer than ${mostFunctionLines} lines`, () => {
  const functions = [...source, ...tests.filter((file) => !file.path.endsWith('.test.ts'))].flatMap(
    functionsOf,
  )
  const wrong = functions
    .filter(({ lines }) => lines > mostFunctionLines)
    .map(({ where, lines }) => `${where} the function has ${lines} lines`)
  expect(wrong).toEqual([])
})

test(`half of all functions are ${mostMedianLines} lines or shorter`, () => {
  const lengths = source
    .flatMap(functionsOf)
    .map(({ lines }) => lines)
    .filter((lines) => lines > 1)
    .sort((a, b) => a - b)
  expect(lengths.length).toBeGreaterThan(0)
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(mostMedianLines)
})

/** `clock.sleep` is what the clock's own test is about. */
const maySleep = (path: string): boolean => path.startsWith('test/support/') || path === 'test/clock.test.ts'

test('no test sleeps for a fixed time: it waits for an event, or with eventually()', () => {
  const wrong = tests
    .filter(({ path }) => !maySleep(path))
    .flatMap((file) => [
      ...[...nodesOf(file)]
        .filter(
          (node) => ts.isCallExpression(node) && /(^|\.)(setTimeout|setInterval|sleep)$/.test(nameOf(node)),
        )
        .map((node) => `${place(file, node)} ${nameOf(node)}() waits for a fixed time`),
      ...importsOf(file)
        .filter(({ from }) => from.startsWith('node:timers'))
        .map(({ from, where }) => `${where} ${from} is for test/support`),
    ])
  expect(wrong).toEqual([])
})

test('no test is left out, and none is run alone', () => {
  const marked = /^(test|it|describe|suite)\.(.+\.)?(skip|only|todo|skipIf|runIf|fails)$/
  const wrong = tests.flatMap((file) =>
    [...nodesOf(file)]
      .filter((node) => ts.isPropertyAccessExpression(node) && marked.test(nameOf(node)))
      .map((node) => `${place(file, node)} ${nameOf(node)}`),
  )
  expect(wrong).toEqual([])
})

test('each test file holds a test', () => {
  const wrong = tests
    .filter(({ path }) => path.endsWith('.test.ts'))
    .filter((file) => ![...nodesOf(file)].some((node) => /^(test|it)(\.each|\.prop)?$/.test(nameOf(node))))
    .map(({ path }) => `${path}:1 holds no test`)
  expect(wrong).toEqual([])
})
