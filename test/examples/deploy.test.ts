// The examples of deployment do what they say: their commands run and stop in time, their probes are answered.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { type Program, type ProgramName, repository, runNode, runProgram } from '../support/child.ts'
import { freshNamespace } from '../support/namespace.ts'
import { compose, deployFile, examples, manifests, procfile, unit, units } from './deploy-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'resque-deploy-'))
afterAll(() => rmSync(folder, { recursive: true }))

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

/** The arguments of an example with files of ours, and a port that is free. */
async function hereArgs(args: readonly string[]): Promise<{ args: string[]; port: number }> {
  const port = await freePort()
  const places: Record<string, string> = {
    'schedules/app.json': join(repository, 'schedules', 'app.json'),
    '/etc/resque/app.json': join(repository, 'schedules', 'app.json'),
    jobs: join(repository, 'examples', 'jobs'),
    '9394': String(port),
    '127.0.0.1:9394': `127.0.0.1:${port}`,
  }
  return { args: args.map((arg) => places[arg] ?? arg), port }
}

function environment(): Record<string, string> {
  return {
    REDIS_URL: inject('redisUrl'),
    RESQUE_NAMESPACE: freshNamespace(),
    RESQUE_JOBS: join(repository, 'examples', 'jobs'),
  }
}

async function stop(program: Program): Promise<void> {
  program.kill('SIGTERM')
  expect(await program.exit).toEqual({ code: 0, signal: null })
}

describe.each(examples())('$name', ({ command, graceSeconds }) => {
  test('runs, answers its probes, and stops as it is told', async () => {
    const [name = '', ...rest] = command
    const { args, port } = await hereArgs(rest)
    const program = runProgram(name as ProgramName, args, { env: environment() })
    await program.waitForLine(/has started/)
    if (args.includes('--http'))
      for (const path of ['healthz', 'readyz', 'metrics'])
        expect((await fetch(`http://127.0.0.1:${port}/${path}`)).status).toBe(200)
    await stop(program)
  })

  test('has time to end before it is killed', () => {
    const flag = command.indexOf('--term-timeout')
    const needsSeconds = flag > 0 ? Number(command[flag + 1]) : command[0] === 'resque-worker' ? 25 : 1
    expect(graceSeconds ?? Number.POSITIVE_INFINITY).toBeGreaterThan(needsSeconds)
  })
})

test.each(procfile())('Procfile %s runs under a shell', async (_name, line) => {
  const [, command = '', rest = ''] = /^(\S+) (.*)$/.exec(line) ?? []
  const local = rest
    .replace('schedules/app.json', join(repository, 'schedules', 'app.json'))
    .replace('--jobs jobs', `--jobs ${join(repository, 'examples', 'jobs')}`)
  const start = `exec "${process.execPath}" "${join(repository, 'bin', command)}.js" ${local}`
  const shell = `require('node:child_process').spawn('sh', ['-c', process.argv[1]], { stdio: 'inherit' })
    .on('exit', (code) => process.exit(code))
  process.on('SIGTERM', () => undefined)`
  const program = runNode(['-e', shell, start], { env: environment() })
  const line1 = await program.waitForLine(/has started/)
  const pid = Number(/:(\d+)(?::\S*)? has started/.exec(line1)?.[1])
  process.kill(pid, 'SIGTERM')
  expect(await program.exit).toEqual({ code: 0, signal: null })
})

test('the image needs no shell, and runs as nobody in particular', () => {
  const file = deployFile('Dockerfile')
  expect(file).toMatch(/^USER node$/m)
  expect(file).toMatch(/^CMD \["resque-/m)
})

test('Redis in compose keeps jobs over a restart and never throws any out', () => {
  expect(compose().services['redis']?.command?.join(' ')).toMatch(/--appendonly yes .*noeviction/)
})

describe.each(units)('systemd %s', (path) => {
  test('is told when the program is ready, and restarts it', () => {
    const settings = unit(path)
    expect(Object.fromEntries(settings)).toMatchObject({
      Type: 'notify',
      NotifyAccess: 'all',
      Restart: 'always',
    })
  })

  // Where systemd is there, it reads the unit itself; elsewhere the settings above have to do.
  test('is a unit that systemd understands', () => {
    const copy = join(folder, path.replace('@', '@mail'))
    writeFileSync(copy, deployFile(`systemd/${path}`).replaceAll(/\/srv\/app\/\S+/g, '/bin/true'))
    const { error, stderr, status } = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' })
    const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
    expect(
      isMissing
        ? ''
        : stderr
            .split('\n')
            .filter((line) => line.includes(path.slice(0, 13)))
            .join(),
    ).toBe('')
    expect(isMissing ? 0 : status).toBe(0)
  })
})

describe('kubernetes', () => {
  test.each(manifests().map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    '%s %s is whole',
    (kind, name, { apiVersion, spec, data }) => {
      const versions = { Deployment: 'apps/v1', PodDisruptionBudget: 'policy/v1', ConfigMap: 'v1' }
      expect(apiVersion).toBe(versions[kind as keyof typeof versions])
      if (kind === 'ConfigMap') return expect(() => JSON.parse(data?.['app.json'] ?? '')).not.toThrow()
      expect(spec?.selector.matchLabels).toEqual({ app: name })
      const { template } = spec ?? {}
      if (template === undefined) return expect(kind).toBe('PodDisruptionBudget')
      expect(template.metadata.labels).toEqual(spec?.selector.matchLabels)
      for (const { args, ports, livenessProbe, readinessProbe } of template.spec.containers) {
        expect(ports).toEqual([{ name: 'http', containerPort: Number(args[args.indexOf('--http') + 1]) }])
        expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'http' })
        expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' })
      }
      return undefined
    },
  )
})

test('the schedule of the config map has no problem', async () => {
  const text = manifests().find(({ kind }) => kind === 'ConfigMap')?.data?.['app.json'] ?? ''
  const path = join(folder, 'app.json')
  writeFileSync(path, text)
  const check = runProgram('resque-scheduler', ['check', path])
  expect((await check.exit).code).toBe(0)
})
