// What `npm run bench -- …` can be told.

import { parseArgs } from 'node:util'
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
  --page              only write docs/performance.md anew from bench/results`

const flags = {
  peers: { type: 'string' },
  rounds: { type: 'string' },
  case: { type: 'string' },
  ...Object.fromEntries(
    ['quick', 'json', 'no-save', 'profile', 'check', 'update', 'page', 'help'].map((name) => [
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

/** @throws Error that tells what is wrong */
export function readOptions(argv) {
  const { values, positionals } = parseArgs({ args: argv, options: flags, allowPositionals: true })
  const chosen = peersOf(values.peers)
  const quick = values.quick ?? false
  return {
    ...values,
    quick,
    works: worksOf(positionals),
    rounds: roundsOf(values.rounds, quick),
    isMeasured: (system) => !peers.includes(system) || chosen.includes(system),
    saves:
      !quick &&
      !values['no-save'] &&
      !values.profile &&
      values.case === undefined &&
      chosen.length === peers.length,
    known: Object.keys(systems),
  }
}
