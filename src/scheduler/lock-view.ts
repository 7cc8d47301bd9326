// The leaders' locks as a person sees them: who holds which, of which system, and until when. A lock that its
// holder renews has an end; one without an end is never taken over, and can be freed here.

import { defineScript } from '../redis/script.ts'
import { replyList, type Store } from '../redis/store.ts'
import { leaseSeconds, nodeMark } from './lease.ts'

const viewScript = defineScript(new URL('./lock-view.lua', import.meta.url))
const freeScript = defineScript(new URL('./lock-free.lua', import.meta.url))

/** `shared`: who promotes delayed jobs. `app`: who fires an application's entries. `node-resque`: its own lock. */
export type LockKind = 'shared' | 'app' | 'node-resque'
/** By the form of its value. Ruby's and ours share a lock, and ours takes node-resque's along. */
export type HolderFormat = 'ours' | 'Ruby' | 'node-resque' | 'unknown'

export interface LockView {
  readonly kind: LockKind
  /** The application, '' for the shared lock. */
  readonly appName: string
  readonly key: string
  /** null: nobody holds it. */
  readonly holder: string | null
  readonly format: HolderFormat | null
  /** Milliseconds until it ends by itself; null when nobody holds it, or it never ends. */
  readonly endsInMs: number | null
  readonly isEndless: boolean
  /** Since when its holder leads, in epoch milliseconds; null when nobody holds it, or it does not tell. */
  readonly sinceMs: number | null
  /** Milliseconds since its holder was last heard of; null when that cannot be told. */
  readonly heardMsAgo: number | null
}

export interface LocksView {
  readonly locks: readonly LockView[]
  /** A scheduler that waits for the shared lock, because its entries need it; null when none is seen. */
  readonly standby: string | null
}

export type Freeing = 'freed' | 'gone' | 'other' | 'live'

/** Our values are a host made unique and a pid (roster.ts), Ruby's are host and pid. */
function formatOf(kind: LockKind, holder: string): HolderFormat {
  if (kind === 'node-resque') return holder.startsWith(nodeMark) ? 'ours' : 'node-resque'
  if (/\.[0-9a-f]{8}:\d+$/.test(holder)) return 'ours'
  return /^[^:\s]+:\d+$/.test(holder) ? 'Ruby' : 'unknown'
}

/** Each system renews its lock for as long again: Ruby and node-resque for three minutes. */
const fullSpansMs = { ours: leaseSeconds * 1000, Ruby: 180_000, 'node-resque': 180_000 } as const

function heardAgo(format: HolderFormat, endsInMs: number): number | null {
  return format === 'unknown' ? null : Math.max(0, fullSpansMs[format] - endsInMs)
}

const nobody = {
  holder: null,
  format: null,
  endsInMs: null,
  isEndless: false,
  heardMsAgo: null,
  sinceMs: null,
} as const

type Place = Pick<LockView, 'kind' | 'appName' | 'key'>

/** `<holder> <milliseconds>`, as hold.lua writes it. */
function sinceOf(holder: string, text: unknown): number | null {
  const since = String(text ?? '')
  return since.startsWith(`${holder} `) ? Number(since.slice(holder.length + 1)) : null
}

function viewOf(place: Place, [value, pttl]: readonly unknown[], since: unknown): LockView {
  const endsInMs = Number(pttl)
  if (endsInMs === -2) return { ...place, ...nobody }
  const holder = String(value)
  const format = formatOf(place.kind, holder)
  const isEndless = endsInMs === -1
  const heardMsAgo = isEndless ? null : heardAgo(format, endsInMs)
  const ends = { endsInMs: isEndless ? null : endsInMs, isEndless, heardMsAgo }
  return { ...place, holder, format, ...ends, sinceMs: sinceOf(holder, since) }
}

/** The shared lock, that of each application with a name, and node-resque's. */
export async function viewLocks({ redis, keys }: Store, appNames: readonly string[]): Promise<LocksView> {
  const apps = [...new Set(appNames)].filter((appName) => appName !== '')
  const places: Place[] = [
    { kind: 'shared', appName: '', key: keys.leader },
    ...apps.map((appName) => ({ kind: 'app' as const, appName, key: keys.recurring(appName).leader })),
    { kind: 'node-resque', appName: '', key: keys.nodeLeader },
  ]
  const sinces = places.map(({ appName }) => keys.recurring(appName).leaderSince)
  const wanted = [...places.map(({ key }) => key), ...sinces, keys.leaderWanted]
  const reply = replyList(await viewScript.run(redis, wanted, []))
  const of = (index: number): readonly unknown[] => reply.slice(index * 2, index * 2 + 2)
  const standby = String(of(places.length * 2)[0] ?? '')
  return {
    locks: places.map((place, index) => viewOf(place, of(index), of(places.length + index)[0])),
    standby: standby === '' ? null : standby,
  }
}

/** Frees a lock that was viewed, unless it has changed hands since. `force`: also one that ends by itself. */
export async function freeLock(
  { redis }: Store,
  { key, holder }: LockView,
  { force = false }: { readonly force?: boolean } = {},
): Promise<Freeing> {
  return String(await freeScript.run(redis, [key], [holder ?? '', force ? '1' : ''])) as Freeing
}
