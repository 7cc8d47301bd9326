// What `npm run bench -- …` can be told.

import { parseArgs } from 'node:util'
import { axes } from './growth/axes.mjs'
import { peers, systems } from './systems.mjs'
import { workId, workIds } from './works/index.mjs'

export const usage = `usage: npm run bench -- [works] [options]
  works               which works, for example W2 W4 (default: all)
  --peers LIST        whom to compare with: ${peers.join(',')} (default: all), or none
  --rounds N          how often each system is measured (default 3)
  --case TEXT         only cases whose name holds this text
  --quick             small sizes, one round, nothing kept: does everything run?
  --json              print the results as JSON, and nothing else
  --no-save           leave bench/results and docs/performance.md as they are
  --profile           a CPU profile of each measuring process into bench/profiles, and a summary
  --check             no times: count commands, script calls, bytes and round trips, and compare with bench/expected.json
  --update            with --check: take what was counted as what is expected from now on
  --growth            the same works at 10^3 to 10^6 jobs, 1 to 1,000 queues, 1 to 8 worker processes, 1 to 8 namespaces:
                      is the cost per job the same? (W2 W4 W6 W7 W8; charts in docs/performance; 10 to 15 minutes)
  --axis LIST         with --growth: only along ${Object.keys(axes).join(',')}
  --soak [TIME]       a steady mixed load on the real programs for 1h (default), 2m, …: is every job performed exactly
                      once, and do memory and lateness stay as they are? Exit code 1 when not
  --page              only write docs/performance.md anew from bench/results`

const flags = {
  peers: { type: 'string' },
  rounds: { type: 'string' },
  case: { type: 'string' },
  axis: { type: 'string' },
  soak: { type: 'string' },
  ...Object.fromEntries(
    ['quick', 'growth', 'json', 'no-save', 'profile', 'check', 'update', 'page', 'help'].map((name) => [
      name,
      { type: 'boolean' },
    ]),
  ),
}

function peersOf(text) {
  if (text === undefined) return peers
  const names = text.split(',').filter((name) => name !== '' && name !== 'none')
  const unknown = names.find((name) => !peers.includes(name))
  if (unknown === undefined) return names
  throw new Error(`--peers: there is no "${unknown}". There are: ${peers.join(', ')}.`)
}

function roundsOf(text, quick) {
  const rounds = Number(text ?? (quick ? 1 : 3))
  if (Number.isInteger(rounds) && rounds > 0) return rounds
  throw new Error(`--rounds must be a whole number above 0, got "${text}".`)
}

function worksOf(positionals) {
  const ids = positionals.length === 0 ? workIds : positionals.map(workId)
  const unknown = ids.find((id) => !workIds.includes(id))
  if (unknown === undefined) return ids
  throw new Error(`there is no work "${unknown}". There are: ${workIds.join(', ')}.`)
}

function axesOf(text) {
  const known = Object.keys(axes)
  const chosen = text === undefined ? known : text.split(',').filter((name) => name !== '')
  const unknown = chosen.find((name) => !known.includes(name))
  if (unknown === undefined) return chosen
  throw new Error(`--axis: there is no "${unknown}". There are: ${known.join(', ')}.`)
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 }
function soakMsOf(text) {
  if (text === undefined) return undefined
  const [, size, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? []
  const ms = Number(size) * unitMs[unit]
  if (ms >= 20_000) return ms
  throw new Error(`--soak takes a time of at least 20s, such as 2m or 1h, got "${text}".`)
}

/** parseArgs knows no option whose value may be left out. */
function withDefaults(argv) {
  const isLeftOut = (text, next) => text === '--soak' && !/^\d/.test(next ?? '')
  return argv.flatMap((text, index) => (isLeftOut(text, argv[index + 1]) ? [text, '1h'] : [text]))
}

/** @throws Error that tells what is wrong */
export function readOptions(argv) {
  const { values, positionals } = parseArgs({
    args: withDefaults(argv),
    options: flags,
    allowPositionals: true,
  })
  const chosen = peersOf(values.peers)
  const quick = values.quick ?? false
  return {
    ...values,
    quick,
    works: worksOf(positionals),
    rounds: roundsOf(values.rounds, quick),
    axes: axesOf(values.axis),
    soakMs: soakMsOf(values.soak),
    peersAsked: values.peers === undefined ? [] : chosen,
    isMeasured: (system) => !peers.includes(system) || chosen.includes(system),
    saves:
      !quick &&
      !values['no-save'] &&
      !values.profile &&
      values.case === undefined &&
      (values.growth || chosen.length === peers.length),
    known: Object.keys(systems),
  }
}
