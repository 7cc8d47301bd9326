// `npm run bench -- --check`: a check against growing costs that no busy machine can upset. It counts what a
// job's moves cost Redis and the network, and compares with bench/expected.json.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { number } from './metrics.mjs'
import { startProxy } from './proxy.mjs'
import { commandStats, openRedis, startRedis } from './redis.mjs'

const expectedFile = new URL('./expected.json', import.meta.url)
/** Worker ids hold the machine's name and a process id, and handfuls are not always full. */
const tolerance = 0.05
/** How many commands more or less in a whole flow mean nothing: joining may take one more. */
const steps = 10
const rounded = (value) => Math.round(value * 1000) / 1000

async function executed(redis) {
  return Object.values(await commandStats(redis)).reduce((sum, { calls }) => sum + calls, 0)
}

/** What one job costs in this flow, on a server and a proxy of its own. */
async function count(flow) {
  const server = await startRedis()
  const proxy = await startProxy(server.port)
  const redis = openRedis(server.port)
  const tools = { port: proxy.port, directPort: server.port }
  const begin = async () => {
    await redis.config('RESETSTAT')
    proxy.reset()
  }
  try {
    await flow.warmUp(tools)
    await redis.flushall()
    await flow.run({ ...tools, begin })
    const counts = proxy.counts()
    // Ours is the CONFIG RESETSTAT, which is counted after it has reset.
    const inScripts = Math.max(0, (await executed(redis)) - 1 - counts.commands)
    return Object.fromEntries(
      Object.entries({ ...counts, inScripts }).map(([name, value]) => [name, rounded(value / flow.jobs)]),
    )
  } finally {
    redis.disconnect()
    proxy.close()
    await server.stop()
  }
}

/** `more` and `less` are the metrics that have grown or shrunk beyond the tolerance. */
export function compare(counted, expected, jobs) {
  const changed = Object.entries(counted).map(([name, value]) => ({
    name,
    value,
    was: expected?.[name] ?? 0,
  }))
  const slack = ({ name, was }) => was * tolerance + (name.startsWith('bytes') ? 1 : steps / jobs)
  return {
    more: changed.filter((change) => change.value > change.was + slack(change)),
    less: changed.filter((change) => change.value < change.was - slack(change)),
  }
}

const shown = ({ name, value, was }) => `${name} ${number(was)} -> ${number(value)}`

function verdict({ more, less }) {
  if (more.length > 0) return `MORE: ${more.map(shown).join(', ')}`
  return less.length > 0 ? `less: ${less.map(shown).join(', ')}` : 'ok'
}

function line(name, counted) {
  const cells = Object.entries(counted).map(([metric, value]) => `${metric} ${number(value)}`)
  return `${name.padEnd(34)} ${cells.join('  ')}`
}

/** Counts all flows. Sets the exit code to 1 when one has become dearer; `--update` takes the counts as expected. */
export async function check({ update, json }) {
  const { flows } = await import('./flows.mjs')
  const expected = existsSync(expectedFile) ? JSON.parse(readFileSync(expectedFile, 'utf8')) : {}
  const all = {}
  let dearer = 0
  for (const flow of flows) {
    all[flow.name] = await count(flow)
    const compared = compare(all[flow.name], expected[flow.name], flow.jobs)
    if (compared.more.length > 0) dearer++
    if (!json) console.log(`${line(flow.name, all[flow.name])}  ${update ? '' : verdict(compared)}`)
  }
  if (json) console.log(JSON.stringify(all, null, 1))
  if (update) return writeFileSync(expectedFile, `${JSON.stringify(all, null, 2)}\n`)
  if (dearer === 0) return
  console.error(
    `bench: ${dearer} flows cost more per job than bench/expected.json says. If that is meant, run npm run bench -- --check --update.`,
  )
  process.exitCode = 1
}
