// npm run bench: measures this library against its peers, same work, a fresh redis-server and a process of
// its own for each measurement, in alternating order, several rounds.

import { rmSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { check } from './check.mjs'
import { runChild } from './child.mjs'
import { growth } from './growth/growth.mjs'
import { readOptions, usage } from './options.mjs'
import { saveResult, writePage } from './page.mjs'
import { summarize } from './profile.mjs'
import { canPin, startRedis } from './redis.mjs'
import { reportOf, summaryOf } from './report.mjs'
import { soak } from './soak/soak.mjs'
import { installPeers, versions } from './systems.mjs'
import { loadWork } from './works/index.mjs'

const profiles = fileURLToPath(new URL('./profiles/', import.meta.url))

/** One system, one round: fill Redis, then measure. */
async function measureOne(work, measuredCase, system, options) {
  const pin = measuredCase.pin === true
  const redis = await startRedis({ pin })
  const task = {
    work: work.id,
    caseName: measuredCase.name,
    system,
    quick: options.quick,
    port: redis.port,
    pid: redis.pid,
  }
  const profileFolder = options.profile
    ? `${profiles}${work.id}-${measuredCase.name}-${system}`.replaceAll(' ', '-')
    : ''
  try {
    const prepared = work.prepare && (await runChild({ ...task, phase: 'prepare' }))
    return await runChild({ ...task, phase: 'run', prepared }, { pin, profileFolder })
  } finally {
    await redis.stop()
    if (profileFolder !== '') console.error(summarize(profileFolder))
  }
}

function note(options, text) {
  if (!options.json) process.stderr.write(text)
}

/** Every second round goes backwards, so that nobody is always the first. */
async function measureCase(work, measuredCase, options) {
  const names = measuredCase.systems.filter(options.isMeasured)
  const measured = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < options.rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse()
    for (const system of order) {
      note(
        options,
        `\r\x1b[K${work.id} ${measuredCase.name}: round ${round + 1} of ${options.rounds}, ${system}`,
      )
      measured[system][round] = await measureOne(work, measuredCase, system, options)
    }
  }
  note(options, '\r\x1b[K')
  const { name, subject, metrics, pin = false } = measuredCase
  return { name, subject, pinned: pin && canPin(), metrics, systems: measured }
}

async function measureWork(id, options) {
  const work = await loadWork(id)
  const chosen = work.cases.filter(({ name }) => name.includes(options.case ?? ''))
  const cases = []
  for (const measuredCase of chosen) cases.push(await measureCase(work, measuredCase, options))
  const { title, note: remark } = work
  const about = {
    date: new Date().toISOString(),
    versions: versions(),
    cores: cpus().length,
    rounds: options.rounds,
  }
  return { id: work.id, title, note: remark, ...about, quick: options.quick, cases }
}

async function bench(options) {
  const results = []
  for (const id of options.works) {
    const result = await measureWork(id, options)
    results.push(result)
    if (!options.json) console.log(reportOf(result, result.cases))
    if (options.saves) {
      saveResult(result)
      await writePage()
    }
  }
  console.log(options.json ? JSON.stringify(results, null, 1) : summaryOf(results))
}

async function main(argv) {
  const options = readOptions(argv)
  if (options.profile) rmSync(profiles, { recursive: true, force: true })
  if (options.help) return console.log(usage)
  if (options.check) return check(options)
  if (options.growth) return growth(options)
  if (options.soakMs !== undefined) return soak(options)
  installPeers()
  if (options.page) return writePage()
  await bench(options)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(
    `bench: ${error.code?.startsWith('ERR_PARSE_ARGS') ? `${error.message}\n${usage}` : (error.stack ?? error)}`,
  )
  process.exitCode = 1
}
