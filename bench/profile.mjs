// Summaries of CPU profiles: where the time went, by function and by file.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const shown = 25

function place({ functionName, url, lineNumber }) {
  const file = url.replace(/^file:\/\//, '').replace(/^.*\/(node_modules|dist|bench)\//, '$1/')
  return `${functionName || '(anonymous)'} ${file}${file === '' ? '' : `:${lineNumber + 1}`}`
}

function add(map, name, us) {
  map.set(name, (map.get(name) ?? 0) + us)
}

/** Self time in microseconds: by function, and by file or package. */
export function selfTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]))
  const functions = new Map()
  const files = new Map()
  samples.forEach((id, index) => {
    const frame = byId.get(id)
    add(functions, place(frame), timeDeltas[index])
    add(files, place({ ...frame, functionName: '*', lineNumber: -1 }), timeDeltas[index])
  })
  return { functions, files }
}

function top(map, totalUs) {
  return [...map]
    .sort(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([name, us]) => `  ${((100 * us) / totalUs).toFixed(1).padStart(5)} %  ${name}`)
    .join('\n')
}

/** A text for the profile in the folder. */
export function summarize(folder) {
  if (!existsSync(folder)) return `${folder}: this work is not profiled`
  const names = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))
  return names
    .map((name) => {
      const profile = JSON.parse(readFileSync(join(folder, name), 'utf8'))
      const { functions, files } = selfTimes(profile)
      const wholeUs = profile.timeDeltas.reduce((sum, delta) => sum + delta, 0)
      const idleUs = functions.get('(idle) ') ?? 0
      const ownUs = functions.get('dispatch ') ?? 0 // the profiler's
      const totalUs = wholeUs - idleUs - ownUs
      functions.delete('(idle) ')
      functions.delete('dispatch ')
      add(files, '* ', -idleUs - ownUs)
      const idle = `idle ${((100 * idleUs) / wholeUs).toFixed(0)} % of the time; of the rest`
      return `\n${folder}/${name}\n${idle}, by function:\n${top(functions, totalUs)}\nby file (* alone is Node itself):\n${top(files, totalUs)}`
    })
    .join('\n')
}
