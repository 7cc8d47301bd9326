// resque recurring set, remove, enable, disable, run: what changes recurring entries, or runs one by hand.

import { Option } from 'commander'
import { ConfigurationError } from '../../errors.ts'
import { isMap } from '../../recurring/entry-values.ts'
import { printable } from '../output.ts'
import { entriesOf, withEntry } from './recurring-entries.ts'
import { answer, type CommandSpec, type Session } from './session.ts'
import { timeText } from './values.ts'

function parseJson(what: string, text: string, example: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigurationError(`${what} is no JSON: ${why}. Write it in single quotes: ${example}.`)
  }
}

const entryExample = `'{"cron":"0 8 * * *","class":"Digest","queue":"mail"}'`

async function set(session: Session): Promise<number> {
  const [name = '', text = ''] = session.args
  const config = parseJson('the entry', text, entryExample)
  if (!isMap(config))
    throw new ConfigurationError(`an entry is a map of the keys of a schedule file: ${entryExample}.`)
  const entries = entriesOf(session)
  const isNew = await entries.set(name, config)
  const entry = await entries.get(name)
  const { context, stdout } = session
  if (entry?.source === 'file')
    context.stderr.write(`the schedule file has an entry "${printable(name)}" too: that one runs, not this\n`)
  answer(session, { name, isNew, entry }, () => {
    const next = entry === null || entry.nextAt === null ? '' : `; next run ${timeText(entry.nextAt)}`
    stdout.write(`${isNew ? 'added' : 'changed'} ${printable(name)}${next}\n`)
  })
  return 0
}

async function remove(session: Session): Promise<number> {
  return withEntry(session, async ({ name }, entries) => {
    const removed = await entries.remove(name)
    answer(session, { name, removed }, () => session.stdout.write(`removed ${printable(name)}\n`))
  })
}

async function enable(session: Session): Promise<number> {
  return withEntry(session, async ({ name }, entries) => {
    await entries.enable(name)
    const entry = await entries.get(name)
    const next = entry === null || entry.nextAt === null ? '' : `; next run ${timeText(entry.nextAt)}`
    answer(session, entry, () => session.stdout.write(`enabled ${printable(name)}${next}\n`))
  })
}

/** @throws ConfigurationError for what is no time, or past */
function readUntil({ flags, clock }: Session): Date | undefined {
  const text = flags['until']
  if (text === undefined) return undefined
  const date = new Date(String(text))
  const how = 'Write 2027-01-01T09:00:00Z (without the Z it is the time of this machine).'
  if (Number.isNaN(date.getTime()))
    throw new ConfigurationError(`--until is ${JSON.stringify(text)}: this is no time. ${how}`)
  if (date.getTime() > clock.nowMs()) return date
  throw new ConfigurationError(`--until is ${JSON.stringify(text)}: that is past. ${how}`)
}

async function disable(session: Session): Promise<number> {
  const until = readUntil(session)
  return withEntry(session, async ({ name }, entries) => {
    await entries.disable(name, { until })
    const end = until === undefined ? 'until it is enabled' : `until ${timeText(until)}`
    answer(session, await entries.get(name), () =>
      session.stdout.write(`disabled ${printable(name)} ${end}\n`),
    )
  })
}

/** undefined: those of the entry. @throws ConfigurationError */
function readArgs(text: unknown): readonly unknown[] | undefined {
  if (text === undefined) return undefined
  const value = parseJson('--args', String(text), `--args '["ann@example.com", 7]'`)
  if (Array.isArray(value)) return value
  throw new ConfigurationError(`--args must be a list of the arguments: write [${String(text)}].`)
}

async function run(session: Session): Promise<number> {
  const args = readArgs(session.flags['args'])
  return withEntry(session, async ({ name, class: className, queue }, entries) => {
    const id = await entries.enqueueNow(name, args)
    answer(session, { name, id, queue }, () => {
      const where = printable(`${className} to ${queue ?? 'its queue'}`)
      session.stdout.write(`enqueued ${where}${id === null ? '' : `: ${id}`}\n`)
    })
  })
}

export const recurringChanges: readonly CommandSpec[] = [
  {
    usage: 'set <name> <json>',
    description: 'store a dynamic entry, new or in place of the one of this name; it outlives restarts',
    after: `Keys are those of a schedule file: cron or every, class, queue, args, timezone, catch_up, overlap, …

Example:
  resque recurring set digest ${entryExample}`,
    run: set,
  },
  {
    usage: 'remove <name>',
    description: 'remove a dynamic entry; one of a schedule file is removed from the file',
    run: remove,
  },
  {
    usage: 'enable <name>',
    description: 'let a disabled entry run again; what it missed is not made up',
    run: enable,
  },
  {
    usage: 'disable <name>',
    description: 'keep an entry, of a file as well, from running: for good, or until a time',
    options: [new Option('--until <time>', 'when it runs again by itself: 2027-01-01T09:00:00Z')],
    run: disable,
  },
  {
    usage: 'run <name>',
    description: 'enqueue the job of an entry now; when it runs by itself does not change',
    options: [new Option('--args <json>', 'a list of arguments instead of its own')],
    after: `Example:\n  resque recurring run digest --args '["ann@example.com"]'`,
    run,
  },
]
