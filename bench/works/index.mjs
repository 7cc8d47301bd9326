// All works, in order. A work: { id, title, budget, cases, run(context), prepare?(context), limit?(context) }
//
//   cases     [{ name, subject, systems, pin?, metrics: { key: metric } }]; `subject` is the system that is judged
//   prepare   fills Redis, in a process of its own; what it returns is `context.prepared` of `run`
//   run       measures a system; returns a number for each metric
//   limit     measures a bare pipeline of the Redis commands that no system could do without

import { readdirSync } from 'node:fs'

const folder = new URL('.', import.meta.url)
const files = readdirSync(folder)
  .filter((name) => /^w\d\d-.*\.mjs$/.test(name))
  .sort()

/** 'W4', 'w04' and '4' are the same. */
export function workId(text) {
  return `W${Number(String(text).replace(/^w/i, ''))}`
}

export const workIds = files.map((name) => workId(name.slice(0, 3)))

export async function loadWork(id) {
  const file = files[workIds.indexOf(workId(id))]
  if (file === undefined) throw new Error(`there is no work "${id}". There are: ${workIds.join(', ')}`)
  return (await import(new URL(file, folder))).work
}
