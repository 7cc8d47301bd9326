// The compiler on types.test-d.ts: what must compile does, and each line that must not is refused.

import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const path = fileURLToPath(new URL('./types.test-d.ts', import.meta.url))
const config = fileURLToPath(new URL('../tsconfig.json', import.meta.url))

function faults(): string[] {
  const { compilerOptions } = ts.readConfigFile(config, ts.sys.readFile).config as { compilerOptions: object }
  const { options } = ts.convertCompilerOptionsFromJson(
    compilerOptions,
    fileURLToPath(new URL('..', import.meta.url)),
  )
  const program = ts.createProgram([path], options)
  return program.getSemanticDiagnostics(program.getSourceFile(path)).map(({ messageText, start }) => {
    const line = ts.getLineAndCharacterOfPosition(
      program.getSourceFile(path) ?? ts.createSourceFile(path, '', 99),
      start ?? 0,
    )
    return `line ${line.line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

it('right calls compile, wrong ones do not', () => {
  expect(faults()).toEqual([])
}, 60_000)
