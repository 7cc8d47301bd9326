// The rules of the house that no compiler and no linter knows: who may import whom, and what has one place.

import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { publicRoom, roomOf, rooms, roomsAsMarkdown } from './support/rooms.ts'
import {
  importsOf,
  literalText,
  nameOf,
  nodesOf,
  place,
  read,
  resolveImport,
  type SourceFile,
  sourceFiles,
  textFiles,
} from './support/source-files.ts'

const source = sourceFiles('src')
const scripts = textFiles('src', ['.lua'])
const table = rooms()

/** One line for each node of the files that breaks a rule: `src/a.ts:12 what is wrong`. */
function breaches(files: readonly SourceFile[], rule: (node: ts.Node) => string | undefined): string[] {
  return files.flatMap((file) =>
    [...nodesOf(file)].flatMap((node) => {
      const wrong = rule(node)
      return wrong === undefined ? [] : [`${place(file, node)} ${wrong}`]
    }),
  )
}

function outside(...places: string[]): SourceFile[] {
  return source.filter((file) => !places.some((start) => file.path.startsWith(start)))
}

describe('rooms', () => {
  test('each room imports only the rooms that the table names', () => {
    const wrong = source.flatMap((file) => {
      const room = roomOf(file.path)
      if (room === publicRoom) return []
      const may = table.get(room)
      if (may === undefined) return [`${file.path}:1 room "${room}" is not in test/support/rooms.ts`]
      return importsOf(file).flatMap(({ from, where }) => {
        const target = resolveImport(file, from)
        if (target === undefined || roomOf(target) === room) return []
        if (target.startsWith('src/') && may.has(roomOf(target))) return []
        return [`${where} room "${room}" may not import ${target}`]
      })
    })
    expect(wrong).toEqual([])
  })

  test('a room names only rooms above it, so that there is no cycle', () => {
    const above = new Set<string>()
    const wrong: string[] = []
    for (const [room, may] of table) {
      for (const name of may)
        if (!above.has(name)) wrong.push(`"${room}" names "${name}", which is not above it`)
      above.add(room)
    }
    expect(wrong).toEqual([])
  })

  test('ARCHITECTURE.md shows the same table', () => {
    const [, shown] = read('ARCHITECTURE.md').match(/<!-- rooms -->\n([\s\S]*?)\n<!-- \/?rooms -->/) ?? []
    expect(shown?.trim()).toBe(roomsAsMarkdown())
  })

  test('index.ts only lists names', () => {
    const index = source.filter((file) => file.path === 'src/index.ts')
    const wrong = index.flatMap((file) =>
      file.tree.statements
        .filter((node) => !(ts.isExportDeclaration(node) && node.exportClause && node.moduleSpecifier))
        .map((node) => `${place(file, node)} is not of the form: export { names } from './room.ts'`),
    )
    expect(index).toHaveLength(1)
    expect(wrong).toEqual([])
  })
})

/** The rooms that may import a package, and those that may import its types. Any other package is refused. */
const packages: Readonly<Record<string, { readonly rooms: string[]; readonly types?: string[] }>> = {
  ioredis: { rooms: ['redis'], types: ['index', 'config'] },
  'cron-parser': { rooms: ['recurring'] },
  luxon: { rooms: ['recurring'], types: ['client'] },
  yaml: { rooms: ['recurring', 'config'] },
  zod: { rooms: ['recurring', 'config'] },
  commander: { rooms: ['cli'] },
  pino: { rooms: ['log'] },
  hono: { rooms: ['http', 'web'] },
  '@hono/node-server': { rooms: ['http', 'web'] },
  'prom-client': { rooms: ['http'] },
  '@opentelemetry/api': { rooms: ['trace'] },
}

function packageOf(from: string): string {
  const [first = '', second = ''] = from.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

describe('one place for each thing', () => {
  test('each package is imported only in its room', () => {
    const wrong = source.flatMap((file) =>
      importsOf(file).flatMap(({ from, typeOnly, where }) => {
        if (from.startsWith('.') || from.startsWith('node:')) return []
        const rule = packages[packageOf(from)]
        if (rule === undefined) return [`${where} ${from} is not in the list of packages`]
        const allowed = typeOnly ? [...rule.rooms, ...(rule.types ?? [])] : rule.rooms
        return allowed.includes(roomOf(file.path))
          ? []
          : [`${where} ${from} belongs to ${rule.rooms.join(', ')}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  test('time is asked and waited for in clock.ts only', () => {
    const clocks = ['Date.now', 'performance.now', 'process.hrtime', 'process.hrtime.bigint']
    const timers = /^(globalThis\.)?(setTimeout|setInterval)$/
    const wrong = breaches(outside('src/clock.ts'), (node) => {
      if (ts.isNewExpression(node) && nameOf(node.expression) === 'Date' && !node.arguments?.length) {
        return 'new Date() is for src/clock.ts'
      }
      if (ts.isPropertyAccessExpression(node) && clocks.includes(nameOf(node))) {
        return `${nameOf(node)} is for src/clock.ts`
      }
      if (ts.isCallExpression(node) && timers.test(nameOf(node))) return `${nameOf(node)} is for src/clock.ts`
      return undefined
    })
    const imported = outside('src/clock.ts').flatMap((file) =>
      importsOf(file)
        .filter(({ from }) => /^node:(timers|perf_hooks)/.test(from))
        .map(({ from, where }) => `${where} ${from} is for src/clock.ts`),
    )
    expect([...wrong, ...imported]).toEqual([])
  })

  test('the environment is read in config only', () => {
    const wrong = breaches(outside('src/config'), (node) =>
      nameOf(node) === 'process.env' ? 'process.env is for src/config' : undefined,
    )
    expect(wrong).toEqual([])
  })

  test('nothing but bin/ ends the process, and nothing writes to the console', () => {
    const wrong = breaches(source, (node) => {
      if (ts.isPropertyAccessExpression(node) && nameOf(node) === 'process.exit')
        return 'process.exit is for bin/'
      if (ts.isPropertyAccessExpression(node) && nameOf(node.expression) === 'console') {
        return `${nameOf(node)}: events are told in src/log, answers are written to the given stream`
      }
      return undefined
    })
    expect(wrong).toEqual([])
  })

  test('everything is exported under a name of its own', () => {
    const wrong = breaches(source, (node) => {
      if (ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword) return 'default export'
      return ts.isExportSpecifier(node) && node.name.text === 'default' ? 'default export' : undefined
    })
    expect(wrong).toEqual([])
  })
})

/** Whole names that are nothing but keys, and beginnings of keys. */
const keyNames = [
  'delayed_queue_schedule',
  'delayed:last_enqueued_at',
  'persistent_schedules',
  'schedules_changed',
  'resque_scheduler_master_lock',
  'pruning_dead_workers_in_progress',
  'pause-all-workers',
  'paused_queues',
  'process_ids',
  'workers:heartbeat',
  'stat:processed',
  'stat:failed',
  'recurring_last:',
  'timestamps:',
  'queue:',
  'worker:',
  'job:',
  'stat:',
]

/** Redis commands whose first argument is a key. */
const keyCommands =
  /(redis|pipeline|multi|connection)(\(\))?\.(get|set|del|exists|expire|incr|incrby|ttl|pttl|type|[hlsz][a-z]+|r?push|r?pop|blpop|publish|subscribe)$/i
const notKeyed = /\.(scan|script|select|shutdown|slowlog|slaveof)$/i

describe('keys', () => {
  test('names of keys are spelt out in keys.ts only', () => {
    const wrong = breaches(outside('src/redis/keys.ts'), (node) => {
      const text = literalText(node)
      if (text !== undefined && keyNames.includes(text)) return `'${text}' is for src/redis/keys.ts`
      if (!ts.isCallExpression(node) || !keyCommands.test(nameOf(node)) || notKeyed.test(nameOf(node)))
        return undefined
      const key = node.arguments[0] === undefined ? undefined : literalText(node.arguments[0])
      return key ? `${nameOf(node)} takes its key from src/redis/keys.ts, not '${key}'` : undefined
    })
    expect(wrong).toEqual([])
  })

  test('scripts are given their keys', () => {
    const wrong = scripts.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => {
        const code = line.replace(/--.*$/, '')
        const named = keyNames.filter((name) => code.includes(`'${name}'`) || code.includes(`"${name}"`))
        const called = /redis\.p?call\(\s*['"]\w+['"]\s*,\s*(['"][^'"]+['"])/.exec(code)
        const isKey =
          called !== null && !/redis\.p?call\(\s*['"](SCRIPT|CONFIG|INFO|OBJECT|MEMORY)['"]/i.test(code)
        const found = [...named.map((name) => `'${name}'`), ...(isKey ? [called[1]] : [])]
        return found.map((name) => `${path}:${index + 1} ${name} is a key: it comes by KEYS or ARGV`)
      }),
    )
    expect(wrong).toEqual([])
  })
})

function headerOf(lines: readonly string[]): string {
  const end = lines.findIndex((line) => !line.startsWith('--'))
  return lines.slice(0, end === -1 ? lines.length : end).join('\n')
}

function indices(text: string, name: 'KEYS' | 'ARGV'): Set<number> {
  return new Set([...text.matchAll(new RegExp(`${name}\\[(\\d+)\\]`, 'g'))].map((match) => Number(match[1])))
}

/** What the head of a script fails to say. */
function missingInHeader(lines: readonly string[]): string[] {
  const header = headerOf(lines)
  const code = lines.slice(header.split('\n').length).join('\n').replace(/--.*$/gm, '')
  const unnamed = (['KEYS', 'ARGV'] as const).flatMap((name) => {
    const said = indices(header, name)
    const wanted = new Set([...indices(code, name), ...Array.from(said, (_, index) => index + 1)])
    return [...wanted].filter((index) => !said.has(index)).map((index) => `${name}[${index}]`)
  })
  return /reply:/.test(header) ? unnamed : [...unnamed, 'the reply']
}

describe('scripts', () => {
  test('the head of each script names its keys, its arguments and its reply', () => {
    const wrong = scripts
      .filter(({ path }) => !path.includes('/include/'))
      .flatMap(({ path, lines }) =>
        missingInHeader(lines).map((name) => `${path}:1 the head does not name ${name}`),
      )
    expect(scripts.length).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  })

  test('what scripts share has a head, and is given what it needs', () => {
    const shared = scripts.filter(({ path }) => path.includes('/include/'))
    const wrong = shared.flatMap(({ path, lines }) => {
      const code = lines.join('\n').replace(/--.*$/gm, '')
      // A part of one room's scripts may take what they are given, when it says whose.
      const ofRoom = !path.startsWith('src/redis/')
      const saysWhose =
        ofRoom && /KEYS and ARGV are (-- )?those of \S+\.lua/.test(headerOf(lines).replaceAll('\n', ' '))
      const fetches =
        /\b(KEYS|ARGV)\[/.test(code) && !saysWhose ? [`${path}:1 uses KEYS or ARGV of its caller`] : []
      return headerOf(lines) === '' ? [...fetches, `${path}:1 has no head`] : fetches
    })
    expect(wrong).toEqual([])
  })
})
