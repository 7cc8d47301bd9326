// The package as users get it: what is in it, and that it works in a folder that knows nothing of this one.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { ensureBuilt, repository, runNode } from './support/child.ts'
import { freshNamespace } from './support/namespace.ts'
import { textFiles } from './support/source-files.ts'

const run = promisify(execFile)
const installTimeoutMs = 180_000
const programs = ['resque', 'resque-scheduler', 'resque-worker']

let home = ''
let packed: string[] = []

/** npm as a user calls it: without what `npm test` leaves in the environment. */
async function npm(cwd: string, ...args: string[]): Promise<string> {
  const inherited = Object.entries(process.env)
  const env = Object.fromEntries(
    inherited.filter(([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name)),
  )
  const { stdout } = await run('npm', args, { cwd, env, maxBuffer: 64_000_000 })
  return stdout
}

beforeAll(async () => {
  ensureBuilt()
  home = await mkdtemp(join(tmpdir(), 'resque-package-'))
  const answer: unknown = JSON.parse(
    await npm(repository, 'pack', '--json', '--ignore-scripts', '--pack-destination', home),
  )
  const [{ filename, files }] = answer as [{ filename: string; files: { path: string }[] }]
  packed = files.map(({ path }) => path).sort()
  await mkdir(join(home, 'app'))
  await writeFile(join(home, 'app', 'package.json'), '{ "private": true, "type": "module" }')
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
  await npm(join(home, 'app'), 'install', ...quiet, join(home, filename))
}, installTimeoutMs)

afterAll(() => rm(home, { recursive: true, force: true }))

/** What the compiler and the build make of one file of src/. */
function builtFrom(path: string): string[] {
  const name = path.replace(/^src\//, 'dist/')
  const stem = name.replace(/\.tsx?$/, '')
  return stem === name ? [name] : [`${stem}.js`, `${stem}.js.map`, `${stem}.d.ts`]
}

test('the package holds what it needs to run and nothing else', () => {
  const shown = ['examples', 'schedules'].flatMap((folder) => textFiles(folder, ['']).map(({ path }) => path))
  const expected = [
    ...textFiles('src', ['.ts', '.tsx', '.lua', '.css', '.js']).flatMap(({ path }) => builtFrom(path)),
    ...[...programs, 'job-process'].map((name) => `bin/${name}.js`),
    ...['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'],
  ]
  const isShown = (path: string): boolean => /^(examples|schedules)\//.test(path)
  expect(packed.filter((path) => !isShown(path))).toEqual(expected.sort())
  expect(packed.filter(isShown).filter((path) => !shown.includes(path))).toEqual([])
})

async function inApp(name: string, text: string): Promise<string> {
  const path = join(home, 'app', name)
  await writeFile(path, text)
  return path
}

test('a program that has only the package delays a job and asks for its status', async () => {
  const main = await inApp(
    'main.mjs',
    `import { Job, Resque, Scheduler, Worker, enqueueAt } from 'resque-scheduler'
import * as testing from 'resque-scheduler/testing'

class SendEmail extends Job {
  static queue = 'mail'
  async perform() {}
}
const resque = new Resque({ redis: process.env.REDIS_URL, namespace: process.env.RESQUE_NAMESPACE })
const id = await resque.enqueueIn(3600, SendEmail, 'ann@example.com')
const { state, queue } = await resque.status(id)
console.log(JSON.stringify({ state, queue, waiting: await resque.delayed.count() }))
await resque.close()
console.log([Scheduler, Worker, enqueueAt].map((value) => typeof value).join(), Object.keys(testing).length > 0)
`,
  )
  const env = { REDIS_URL: inject('redisUrl'), RESQUE_NAMESPACE: freshNamespace() }
  const program = runNode([main], { cwd: join(home, 'app'), env })
  expect(await program.exit, program.stderr()).toEqual({ code: 0, signal: null })
  expect(program.stdout()).toBe(
    '{"state":"delayed","queue":"mail","waiting":1}\nfunction,function,function true\n',
  )
})

test('tracing is an entrance of its own, which works with the package of the application', async () => {
  const main = await inApp(
    'tracing.mjs',
    `import { openTelemetry } from 'resque-scheduler/opentelemetry'
const off = openTelemetry()
off()
console.log('traced')`,
  )
  const program = runNode([main], { cwd: join(home, 'app') })
  await program.exit
  expect(program.lines).toEqual(['traced'])
})

test('nothing but the entrances can be imported', async () => {
  const main = await inApp(
    'deep.mjs',
    `for (const path of ['dist/index.js', 'dist/redis/keys.js', 'bin/resque.js']) {
  await import('resque-scheduler/' + path).catch((error) => console.log(error.code))
}`,
  )
  const program = runNode([main], { cwd: join(home, 'app') })
  await program.exit
  expect(program.lines).toEqual(Array(3).fill('ERR_PACKAGE_PATH_NOT_EXPORTED'))
})

test.each(programs)('%s --version prints the version of the package', async (name) => {
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))
  const path = join(home, 'app', 'node_modules', '.bin', name)
  const { stdout } = await run(path, ['--version'])
  expect(stdout.trim()).toContain(version)
})

const jobs = `import { enqueueAt, Job, Resque } from 'resque-scheduler'

class SendEmail extends Job {
  static queue = 'mail'
  async perform(to: string, template: string): Promise<void> {
    this.job.log(to + template)
  }
}
const resque = new Resque({ redis: 'redis://localhost:6379' })
`

const right = `${jobs}
const id: string | null = await resque.enqueue(SendEmail, 'ann@example.com', 'welcome')
await resque.enqueueAt(new Date(0), SendEmail, 'ann@example.com', 'new-year')
await resque.enqueueIn(300, SendEmail, 'ann@example.com', 'follow-up')
await resque.enqueueTo('mail', 'SendEmail', 1, { any: ['thing'] })
await enqueueAt(new Date(0), SendEmail, 'ann@example.com', 'new-year')
const status = id === null ? null : await resque.status(id)
export const state: string | undefined = status?.state
`

const wrongCalls = [
  "await resque.enqueue(SendEmail, 42, 'welcome')",
  "await resque.enqueue(SendEmail, 'ann@example.com')",
  "await resque.enqueueIn(300, SendEmail, 'ann@example.com', 'follow-up', 'too many')",
  "await resque.enqueueIn('300', SendEmail, 'ann@example.com', 'follow-up')",
  "await resque.enqueueAt('tomorrow', SendEmail, 'ann@example.com', 'new-year')",
  "await enqueueAt(new Date(0), SendEmail, 'ann@example.com', 7)",
  "await resque.enqueue(class { static queue = 'mail' }, 'no perform')",
]

/** The places where the compiler finds fault, as `file:line`, in our package and in its user's files. */
async function faults(): Promise<{ place: string; line: string }[]> {
  const strict = { strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false }
  const target = { target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext' }
  const types = { types: ['node'], typeRoots: [join(repository, 'node_modules', '@types')] }
  const config = { compilerOptions: { ...strict, ...target, ...types }, files: ['right.ts', 'wrong.ts'] }
  await inApp('tsconfig.json', JSON.stringify(config))
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
  const program = runNode([tsc, '-p', '.', '--pretty', 'false'], { cwd: join(home, 'app') })
  await program.exit
  return program.lines.flatMap((line) => {
    const [, file, row] = /^(\S+?)\((\d+),\d+\): error/.exec(line) ?? []
    const isTheirs = file === undefined || /node_modules\/(?!resque-scheduler\/)/.test(file)
    return isTheirs ? [] : [{ place: `${file}:${row}`, line }]
  })
}

test('right calls compile, wrong ones do not', async () => {
  const before = jobs.split('\n').length
  await inApp('right.ts', right)
  await inApp('wrong.ts', [jobs, ...wrongCalls, 'export {}'].join('\n'))
  const found = await faults()
  expect(found.filter(({ place }) => !place.startsWith('wrong.ts'))).toEqual([])
  const wrongPlaces = wrongCalls.map((_, index) => `wrong.ts:${before + 1 + index}`)
  expect([...new Set(found.map(({ place }) => place))].sort()).toEqual(wrongPlaces.sort())
}, 120_000)
