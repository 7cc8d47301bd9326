// The project's own files as syntax trees, and the questions that the structure tests ask of them.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const repository = fileURLToPath(new URL('../../', import.meta.url))

export interface TextFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly lines: readonly string[]
}

export interface SourceFile extends TextFile {
  readonly tree: ts.SourceFile
}

export interface Import {
  /** As written, such as `../errors.ts` or `ioredis`. */
  readonly from: string
  readonly typeOnly: boolean
  readonly where: string
}

export interface FunctionBody {
  readonly where: string
  readonly lines: number
}

/** All files below a folder whose name ends in one of `endings`, sorted; none when there is no such folder. */
export function textFiles(folder: string, endings: readonly string[]): TextFile[] {
  return names(folder)
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .map((name) => `${folder}/${name.split(sep).join('/')}`)
    .filter((path) => statSync(join(repository, path)).isFile())
    .sort()
    .map((path) => ({ path, lines: read(path).replace(/\n$/, '').split('\n') }))
}

export function sourceFiles(folder: string): SourceFile[] {
  return textFiles(folder, ['.ts', '.tsx']).map((file) => parse(file.path, file.lines.join('\n')))
}

export function parse(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  return { path, lines: text.split('\n'), tree }
}

export function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8')
}

function names(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
}

/** `src/room/file.ts:12` */
export function place(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${lineOf(file, node.getStart(file.tree))}`
}

function lineOf(file: SourceFile, offset: number): number {
  return file.tree.getLineAndCharacterOfPosition(offset).line + 1
}

/** Every node of a file, from the outside in. */
export function* nodesOf(file: SourceFile): Generator<ts.Node> {
  const waiting: ts.Node[] = [file.tree]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node
    waiting.push(...childrenOf(node).reverse())
  }
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => {
    children.push(child)
  })
  return children
}

/** What a file imports or re-exports, dynamic imports of a written name included. */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = []
  for (const node of nodesOf(file)) {
    const found = importIn(node)
    if (found !== undefined) imports.push({ ...found, where: place(file, node) })
  }
  return imports
}

function importIn(node: ts.Node): { from: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, isTypeImport(node))
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return named(node.argument.literal, true)
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return named(node.arguments[0], false)
  }
  return undefined
}

function named(
  name: ts.Node | undefined,
  typeOnly: boolean,
): { from: string; typeOnly: boolean } | undefined {
  return name !== undefined && ts.isStringLiteral(name) ? { from: name.text, typeOnly } : undefined
}

function isTypeImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const bindings = clause.namedBindings
  if (clause.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false
  return bindings.elements.every((element) => element.isTypeOnly)
}

/** The path of a relative import from the root of the repository, or undefined for a package. */
export function resolveImport(file: SourceFile, from: string): string | undefined {
  return from.startsWith('.') ? posix.join(posix.dirname(file.path), from) : undefined
}

/** The body of every function, method and closure, with its length in lines. */
export function functionsOf(file: SourceFile): FunctionBody[] {
  const bodies: FunctionBody[] = []
  for (const node of nodesOf(file)) {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) continue
    const first = lineOf(file, node.body.getStart(file.tree))
    const last = lineOf(file, node.body.getEnd())
    bodies.push({ where: place(file, node), lines: last - first + 1 })
  }
  return bodies
}

/** `Date.now` for a property access, `sleep` for a name, '' for everything else. */
export function nameOf(node: ts.Node): string {
  if (ts.isIdentifier(node)) return node.text
  if (ts.isPropertyAccessExpression(node)) return `${nameOf(node.expression)}.${node.name.text}`
  if (ts.isCallExpression(node)) return nameOf(node.expression)
  return node.kind === ts.SyntaxKind.ThisKeyword ? 'this' : ''
}

/** The text of a string, or of what a template starts with. */
export function literalText(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  return ts.isTemplateExpression(node) ? node.head.text : undefined
}
