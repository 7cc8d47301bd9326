// Whether code that a guide names exists: every span becomes a line of a TypeScript file, which is then compiled
// against the sources. A method, option, event or error that does not exist is an error of the compiler.

import { join } from 'node:path'
import ts from 'typescript'
import { repository } from '../support/child.ts'

const values =
  'Resque Worker Scheduler DiscardJob RetryIn DontPerform any webhook loadSchedule examine checkHealth serveHttp ' +
  'currentJob configure close stateCodes nextOccurrences currentJob'
const imported: readonly string[] = [...new Set(values.split(' '))]

/** One line, so that the line of an error tells which span it is. */
const head = [
  "import * as api from '../../src/index.ts'",
  "import { testKit } from '../../src/testing.ts'",
  "import type { HookName } from '../../src/job/hooks.ts'",
  'declare const resque: api.Resque, worker: api.Worker, scheduler: api.Scheduler',
  'declare const kit: ReturnType<typeof testKit>, thisJob: api.JobContext',
  'declare class Mail { static queue: string; perform(...args: any[]): void }',
  `const { ${imported.join(', ')} } = api`,
  'type HookOfPlugin = keyof api.ClientPlugin | keyof api.WorkerPlugin',
].join('; ')

const known = new Set([...imported, 'resque', 'worker', 'scheduler', 'kit', 'thisJob', 'Mail', 'testKit'])
const global = ['undefined', 'Date', 'x', 'X', 'api']
const calls = new RegExp(
  `^(?:(?:resque|worker|scheduler|kit)\\.|this\\.job\\b|(?:testKit|${imported.join('|')})\\b)`,
)

/** Code is what begins like a call of ours, a keyword, or the name of a class; `…` stands for anything. */
export function isCode(text: string): boolean {
  return /^(?:\(?await |throw |new |static |hook |plugin )|^[A-Z][a-z]\w+$/.test(text) || calls.test(text)
}

function statement(text: string): string {
  const code = text.replaceAll('this.job', 'thisJob').replaceAll('…', 'anything')
  const [, kind, name = ''] = /^(hook|plugin) (\w+)/.exec(code) ?? []
  if (kind === 'hook') return `const x: HookName = '${name}'`
  if (kind === 'plugin') return `const x: HookOfPlugin = '${name}'`
  if (/^[A-Z]\w+$/.test(code)) return `type X = api.${code}`
  const [, option, value] = /^static (\w+)(?: = (.*))?$/s.exec(code) ?? []
  if (option !== undefined) return `const x: api.JobOptions = { ${option}: ${value ?? 'anything'} }`
  return code.startsWith('throw') ? code : `void (${code})`
}

/** Names that the code uses without saying what they are. */
function freeNames(code: string): string[] {
  const file = ts.createSourceFile('x.ts', code, ts.ScriptTarget.ES2022, true)
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node
      const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node
      const isName = ts.isPropertyAssignment(parent) && parent.name === node
      const isDeclared =
        ts.isParameter(parent) || ts.isVariableDeclaration(parent) || ts.isTypeReferenceNode(parent)
      if (!isMember && !isName && !isDeclared && !ts.isQualifiedName(parent)) names.add(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return [...names].filter((name) => !known.has(name) && !global.includes(name))
}

function block(text: string): string {
  const code = statement(text)
  const free = freeNames(code).map((name) => `const ${name}: any = 0; `)
  return `async () => { ${free.join('')}${code} }`.replaceAll('\n', ' ')
}

function program(file: string, text: string): ts.Program {
  const options: ts.CompilerOptions = {
    ...{ noEmit: true, skipLibCheck: true, strict: true, allowImportingTsExtensions: true, types: ['node'] },
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, exactOptionalPropertyTypes: true },
  }
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(name, text, target) : getSourceFile(name, target, ...rest)
  const { fileExists } = host
  host.fileExists = (name) => name === file || fileExists(name)
  return ts.createProgram([file], options, host)
}

/** What the compiler says of each span that is wrong: `span: message`. */
export function complaints(spans: readonly string[]): string[] {
  const file = join(repository, 'test/docs/guides.generated.ts')
  const text = `${head}\n${spans.map((span) => `void (${block(span)})`).join('\n')}\n`
  const made = program(file, text)
  const source = made.getSourceFile(file)
  if (source === undefined) return ['the generated file was not compiled']
  return [...made.getSyntacticDiagnostics(source), ...made.getSemanticDiagnostics(source)].map((found) => {
    const line = source.getLineAndCharacterOfPosition(found.start ?? 0).line
    return `${spans[line - 1] ?? 'head'}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`
  })
}
