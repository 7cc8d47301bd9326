// The locks by which schedulers elect a leader: endless ones, those of dead holders, two systems' at once.

import type { Examination } from './examination.ts'
import { isRunning, thisHost } from './workers.ts'

const endless = -1
/** `host.<8 hex digits>:pid` is ours, `host:pid` another's. */
const holderForm = /^(.*?)(\.[0-9a-f]{8})?:(\d+)$/

function isDeadHere(holder: string): boolean {
  const [, host, , pid = ''] = holderForm.exec(holder) ?? []
  return host === thisHost() && !isRunning(Number(pid))
}

function isOurs(holder: string): boolean {
  return holderForm.exec(holder)?.[2] !== undefined
}

async function checkLock(exam: Examination, key: string): Promise<void> {
  const { redis } = exam.store
  const [holder, endsInMs] = await Promise.all([redis.get(key), redis.pttl(key)])
  if (holder === null) return
  const example = `${key} of ${holder}`
  if (endsInMs === endless) exam.suspect({ code: 'lock_without_expiry', example, parts: [key, holder] })
  else if (isDeadHere(holder)) {
    // Another system's lock protects moves that are not atomic: nobody but its owner or its end may open it.
    if (isOurs(holder)) exam.suspect({ code: 'dead_leader', example, parts: [key, holder] })
    else exam.found('dead_leader', example)
  }
}

/** A scheduler of ours holds both locks, and its value in node-resque's ends with its value in Ruby's. */
async function twoLeaders({ store: { redis, keys } }: Examination): Promise<string | null> {
  const [leader, node] = await Promise.all([redis.get(keys.leader), redis.get(keys.nodeLeader)])
  return leader === null || node === null || node.endsWith(leader)
    ? null
    : `${leader} and node-resque's ${node}`
}

/** Looks at the lock of all schedulers, at those of applications with a name, and at node-resque's. */
export async function checkLocks(exam: Examination, apps: ReadonlySet<string>): Promise<void> {
  const { keys } = exam.store
  const own = [...apps].map((app) => keys.recurring(app).leader)
  for (const key of [...own, keys.nodeLeader]) await checkLock(exam, key)
  const leaders = await twoLeaders(exam)
  if (leaders === null) return
  // The one may have taken over from the other between two of our commands.
  await exam.wait()
  if ((await twoLeaders(exam)) === leaders) exam.found('two_schedulers', leaders)
}
