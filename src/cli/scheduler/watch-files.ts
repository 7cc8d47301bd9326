// Tells when files change. The system's word for it comes at once, but not for every kind of disk, and not
// after a file was replaced by another or by a link that leads elsewhere; so the files are looked at as well.

import { type Dirent, type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { after } from '../../clock.ts'

const lookEveryMs = 1_000
/** Editors and deploys change a file in several steps. */
const settleMs = 50

function markOf(path: string): string {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(path)
    return [path, mtimeMs, ctimeMs, size, ino].join(' ')
  } catch {
    return `${path} is not there`
  }
}

function filesAt(path: string): string[] {
  try {
    return statSync(path).isDirectory()
      ? readdirSync(path)
          .sort()
          .map((name) => join(path, name))
      : [path]
  } catch {
    return [path]
  }
}

const code = /\.([cm]?[jt]sx?|json)$/
const passedOver = /^(\.|node_modules$)/

/** None of a folder that has just gone. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** The files with code at or below a path: what jobs may consist of. */
export function codeAt(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path]
  return entriesOf(path)
    .filter(({ name }) => !passedOver.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = join(path, entry.name)
      if (entry.isDirectory()) return codeAt(below)
      return code.test(entry.name) ? [below] : []
    })
}

/** Folders are watched, not files: a file that is replaced would take its watcher along. */
function watchFolders(paths: readonly string[], onEvent: () => void): FSWatcher[] {
  const folders = new Set(paths.flatMap((path) => [dirname(path), path]))
  return [...folders].flatMap((folder) => {
    try {
      if (!statSync(folder).isDirectory()) return []
      return [watch(folder, { persistent: false }, onEvent).on('error', () => undefined)]
    } catch {
      return []
    }
  })
}

/**
 * Calls back after a file, or a file of a folder, has changed. The function it returns stops watching.
 * @param listAt the files that a path stands for: itself or those in the folder, unless told otherwise
 */
export function watchFiles(
  paths: readonly string[],
  onChange: () => void,
  listAt: (path: string) => string[] = filesAt,
): () => void {
  const stateNow = (): string => paths.flatMap(listAt).map(markOf).join('\n')
  let known = stateNow()
  let callOff = (): void => undefined
  const lookIn = (ms: number): void => {
    callOff()
    callOff = after(ms, look)
  }
  const look = (): void => {
    const now = stateNow()
    const isChanged = now !== known
    known = now
    lookIn(lookEveryMs)
    if (isChanged) onChange()
  }
  const watchers = watchFolders(paths, () => lookIn(settleMs))
  lookIn(lookEveryMs)
  return () => {
    callOff()
    for (const watcher of watchers) watcher.close()
  }
}
