// resque dev: everything on one machine, with a Redis of its own.

import { type Command, Option } from 'commander'
import { readSetting, settings } from '../../config/settings.ts'
import { onSignals } from '../../daemon/signals.ts'
import { runDev } from '../../dev/dev.ts'
import { homeOf } from '../../dev/home.ts'
import { ConfigurationError, InvalidArgumentError } from '../../errors.ts'
import { parseDuration } from '../../recurring/every.ts'
import { loadJobs } from '../../worker/load-jobs.ts'
import { type CliContext, painter } from '../context.ts'
import { readFlags } from '../flags.ts'
import { printable } from '../output.ts'
import { perform } from '../program.ts'

const about = `Without --redis and REDIS_URL a private redis-server is started on a free port of 127.0.0.1 and removed
at the end. With one of them a namespace of its own is used there, and removed at the end.

Without --schedule it is schedules/app.yml, .yaml or .json, all of schedules/, or schedule.yml, .yaml or .json in
the current folder, and the jobs are those of ./jobs. Where there is none of them, the examples of the package
show what the life of a job is like.`

function readFor(value: unknown): number | null {
  if (value === undefined) return null
  try {
    return parseDuration(String(value), '--for')
  } catch (error) {
    throw error instanceof InvalidArgumentError ? new ConfigurationError(error.message) : error
  }
}

/** Where a Redis runs already, or null when nobody named one. */
function givenRedis(flag: unknown, { env }: CliContext): string | null {
  const isGiven = flag !== undefined || settings.redis.variables.some((name) => (env[name] ?? '') !== '')
  return isGiven ? readSetting('redis', flag, env) : null
}

/** Aborts at Ctrl-C, TERM, when the terminal is closed or nobody reads any more; `release` leaves the signals alone. */
function stopSignal({ signal, stdout }: CliContext): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController()
  const end = (): void => stop.abort()
  stdout.closed?.addEventListener('abort', end)
  if (signal?.aborted) end()
  signal?.addEventListener('abort', end)
  const release =
    signal === undefined
      ? onSignals({ SIGINT: end, SIGTERM: end, SIGHUP: end, SIGQUIT: end })
      : () => undefined
  return { signal: stop.signal, release }
}

async function dev(command: Command, context: CliContext): Promise<number> {
  const { stdout, env, cwd } = context
  const flags: Readonly<Record<string, unknown>> = command.opts()
  const { jobs, concurrency, schedule } = readFlags(command, ['jobs', 'concurrency', 'schedule'], { env: {} })
  const forSeconds = readFor(flags['for'])
  const redisUrl = givenRedis(flags['redis'], context)
  const home = homeOf({ cwd, schedule: schedule.at(-1) ?? null, jobs })
  const paper = { write: (line: string) => stdout.write(`${line}\n`), paint: painter(stdout, env), printable }
  const { signal, release } = stopSignal(context)
  try {
    const classes = await loadJobs(home.jobs, cwd)
    return await runDev({
      ...{ cwd, home, redisUrl, concurrency, forSeconds, paper, signal },
      classes,
      searchPath: env['PATH'],
    })
  } finally {
    release()
  }
}

function options(): Option[] {
  const { schedule, jobs, redis, concurrency } = settings
  return [
    new Option(schedule.flags, 'schedule file, YAML or JSON (default: see below)'),
    new Option(jobs.flags, 'file or folder with job classes; may be given several times').argParser(
      (path: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), path],
    ),
    new Option(concurrency.flags, `${concurrency.help} (default: ${concurrency.shownDefault})`),
    new Option(
      redis.flags,
      'a Redis that runs already (env: REDIS_URL, REDIS_BACKEND; default: a private one)',
    ),
    new Option('--for <duration>', 'end by itself after so long: 20s, 5m'),
  ]
}

export function addDev(program: Command, context: CliContext): void {
  const command = program
    .command('dev')
    .description('a Redis, a scheduler and a worker here, with jobs to watch')
  for (const option of options()) command.addOption(option)
  command.addHelpText('after', `\n${about}`)
  perform(command, () => dev(command, context))
}
