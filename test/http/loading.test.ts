// Who serves no pages loads nothing for them.

import ts from 'typescript'
import { expect, test } from 'vitest'
import { importsOf, nodesOf, resolveImport, type SourceFile, sourceFiles } from '../support/source-files.ts'

const files = new Map(sourceFiles('src').map((file) => [file.path, file]))

/** Names given to `import()`, which loads only when it is called. */
function calledFor(file: SourceFile): Set<string> {
  const names = [...nodesOf(file)].flatMap((node) =>
    ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
      ? node.arguments.filter(ts.isStringLiteral).map(({ text }) => text)
      : [],
  )
  return new Set(names)
}

/** Packages that are loaded along with a file. */
function loadedBy(path: string, seen = new Set<string>()): Set<string> {
  const file = files.get(path)
  if (file === undefined || seen.has(path)) return new Set()
  seen.add(path)
  const later = calledFor(file)
  const packages = new Set<string>()
  for (const { from, typeOnly } of importsOf(file)) {
    if (typeOnly || later.has(from)) continue
    const target = resolveImport(file, from)
    const loaded = target === undefined ? [from] : loadedBy(target, seen)
    for (const name of loaded) packages.add(name)
  }
  return packages
}

const ofPages = ['hono', '@hono/node-server', 'prom-client']

test.each(['src/index.ts', 'src/cli/scheduler-program.ts', 'src/cli/worker-program.ts'])(
  '%s loads no package of the pages',
  (path) => {
    const loaded = loadedBy(path)
    expect(loaded).toContain('ioredis')
    expect([...loaded].filter((name) => ofPages.includes(name))).toEqual([])
  },
)

test('the pages themselves do', () => {
  expect([...loadedBy('src/http/scheduler-source.ts')]).toContain('prom-client')
  expect([...loadedBy('src/http/server.ts')]).toContain('@hono/node-server')
})
