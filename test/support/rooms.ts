// The rooms of src/ and who may import whom. A room is a folder, or a single file. It may import only rooms
// that stand above it, so the order of this table is the proof that there is no cycle.

export interface Layer {
  readonly name: string
  /** Each room with the rooms, or whole layers, that it may import. */
  readonly rooms: Readonly<Record<string, readonly string[]>>
}

const station = ['errors', 'clock', 'events', 'job', 'redis']
const mover = ['ground', 'job', 'redis', 'stations', 'rooms', 'daemon']
const everythingAbove = ['ground', 'basis', 'stations', 'rooms', 'daemons', 'movers']

export const layers: readonly Layer[] = [
  {
    name: 'ground',
    rooms: {
      errors: [],
      clock: [],
      nearest: [],
      events: [],
      config: ['errors', 'nearest'],
      log: ['errors', 'clock', 'events'],
    },
  },
  { name: 'basis', rooms: { job: ['errors', 'nearest'], redis: ['errors', 'clock', 'job'] } },
  {
    name: 'stations',
    rooms: {
      delayed: station,
      queue: station,
      running: station,
      failed: ['errors', 'clock', 'nearest', 'events', 'job', 'redis'],
      recurring: ['errors', 'clock', 'nearest', 'events', 'job', 'redis'],
      status: station,
      unique: station,
    },
  },
  { name: 'landing', rooms: { rooms: ['ground', 'job', 'redis', 'stations'] } },
  { name: 'daemons', rooms: { daemon: ['errors', 'clock', 'events', 'job', 'redis', 'running'] } },
  {
    name: 'movers',
    rooms: { client: mover, scheduler: mover, worker: [...mover, 'client'], doctor: mover },
  },
  {
    name: 'fronts',
    rooms: {
      trace: ['errors', 'job'],
      testing: everythingAbove,
      http: everythingAbove,
      web: [...everythingAbove, 'testing', 'http'],
      dev: [...everythingAbove, 'testing', 'http', 'web'],
      cli: [...everythingAbove, 'testing', 'http', 'web', 'dev'],
    },
  },
]

/** Lists the public names and may import any room; no room imports it. */
export const publicRoom = 'index'

/** The rooms in order, each with the single rooms that it may import. */
export function rooms(): Map<string, ReadonlySet<string>> {
  const members = new Map(layers.map((layer) => [layer.name, Object.keys(layer.rooms)]))
  const entries = layers.flatMap((layer) => Object.entries(layer.rooms))
  return new Map(
    entries.map(([room, may]) => [room, new Set(may.flatMap((name) => members.get(name) ?? [name]))]),
  )
}

/** `src/redis/keys.ts` is in `redis`, `src/errors.ts` is `errors`. */
export function roomOf(path: string): string {
  const [, first = ''] = path.split('/')
  return first.replace(/\.tsx?$/, '')
}

/** The table as ARCHITECTURE.md shows it, fence included. */
export function roomsAsMarkdown(): string {
  const lines = layers.flatMap((layer) =>
    Object.entries(layer.rooms).map(([room, may], row) => {
      const head = `${(row === 0 ? layer.name : '').padEnd(10)}${room.padEnd(11)}`
      return head + (may.length === 0 ? '(nothing)' : may.join(' '))
    }),
  )
  const title = `${'layer'.padEnd(10)}${'room'.padEnd(11)}may import`
  return ['```text', title, ...lines, `${''.padEnd(10)}${publicRoom.padEnd(11)}(everything)`, '```'].join(
    '\n',
  )
}
