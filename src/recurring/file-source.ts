// Gets the text of a schedule: from a file, from all files of a directory, or from the text itself. Whatever
// cannot be a schedule file (a socket, a picture, a gigabyte) is refused before it is read.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** One text and where it is from; `problem` says why there is no text. */
export interface Source {
  readonly file: string | null
  readonly text: string
  readonly problem: string | null
}

const largestBytes = 5 * 1024 * 1024
const scheduleFile = /\.(ya?ml|json)$/i

/** A text has a line break or begins with `{`; everything else is a path. */
export function readSources(textOrPath: string): readonly Source[] {
  if (!isText(textOrPath)) return readPath(textOrPath)
  const tooLarge = Buffer.byteLength(textOrPath) > largestBytes ? tooLargeMessage('the schedule') : null
  const problem = tooLarge ?? unreadable(textOrPath)
  return [{ file: null, text: problem === null ? withoutMark(textOrPath) : '', problem }]
}

function isText(textOrPath: string): boolean {
  return textOrPath.includes('\n') || /^\uFEFF?\s*\{/.test(textOrPath)
}

function readPath(path: string): readonly Source[] {
  if (path.trim() === '')
    return [failed(path, 'no schedule file is named. Give the path of a YAML or JSON file.')]
  try {
    return statSync(path).isDirectory() ? readDirectory(path) : [readOne(path)]
  } catch (error) {
    return [failed(path, reasonOf(error, path))]
  }
}

function readDirectory(path: string): readonly Source[] {
  const names = readdirSync(path).filter((name) => scheduleFile.test(name))
  if (names.length === 0)
    return [
      failed(path, `the directory "${path}" holds no schedule: no file in it ends in .yml, .yaml or .json.`),
    ]
  return names.sort().flatMap((name) => readPath(join(path, name)))
}

/** Looks at the kind and size first: opening a pipe would wait for a writer. */
function readOne(path: string): Source {
  const stat = statSync(path)
  if (!stat.isFile())
    return failed(path, `"${path}" is no regular file. Give the path of a YAML or JSON file.`)
  if (stat.size > largestBytes) return failed(path, tooLargeMessage(`"${path}"`))
  const bytes = readFileSync(path)
  const text = decode(bytes)
  if (text === null)
    return failed(path, `"${path}" is not UTF-8 (${guessEncoding(bytes)}). Save it as UTF-8.`)
  const problem = unreadable(text)
  return problem === null ? { file: path, text: withoutMark(text), problem } : failed(path, problem)
}

function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function guessEncoding(bytes: Buffer): string {
  const [first, second] = bytes
  const utf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  return utf16 ? 'it looks like UTF-16' : 'it looks like Latin-1 or no text at all'
}

function unreadable(text: string): string | null {
  const at = text.indexOf('\0')
  return at < 0
    ? null
    : `there is a NUL byte at position ${at}, so this is no text file. Save it as plain UTF-8.`
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function tooLargeMessage(what: string): string {
  return `${what} is larger than 5 MB: that is no schedule. Split it into several files in a directory.`
}

function failed(path: string, problem: string): Source {
  return { file: path, text: '', problem }
}

const reasons = new Map([
  ['ENOENT', 'it does not exist. Check the path given to --schedule.'],
  ['EACCES', 'this user may not read it. Change its permissions.'],
  ['EPERM', 'this user may not read it. Change its permissions.'],
  ['ENOTDIR', 'a part of its path is a file, not a directory.'],
  ['ELOOP', 'its symbolic links go round in a circle.'],
  ['ENAMETOOLONG', 'its name is too long. A schedule given as text must contain a line break.'],
])

function reasonOf(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const detail = error instanceof Error ? error.message : String(error)
  return `cannot read "${path.slice(0, 200)}": ${reasons.get(code) ?? detail}`
}
