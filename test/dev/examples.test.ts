// The TypeScript example fits the types that the package ships.

import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { ensureBuilt, repository } from '../support/child.ts'

test('examples/typescript compiles', () => {
  ensureBuilt() // the example imports the package by its name, as a user does
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    types: ['node'],
  }
  const program = ts.createProgram([join(repository, 'examples', 'typescript', 'enqueue.ts')], options)
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  expect(faults).toEqual([])
  expect(program.getSourceFiles().some(({ fileName }) => fileName.endsWith('/dist/index.d.ts'))).toBe(true)
})
