// What the commands of `resque` share: each opens a client, answers in words or as JSON, and closes the client.

import type { Command, Option } from 'commander'
import { Resque } from '../../client/resque.ts'
import { type Clock, systemClock } from '../../clock.ts'
import { ConfigurationError, ResqueError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'
import { explain, isConnectionTrouble } from '../../redis/connection.ts'
import { type CliContext, type Output, type Paint, painter } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { printable, writeJson } from '../output.ts'
import { perform } from '../program.ts'

/** What a command has at hand while it runs. */
export interface Session {
  readonly resque: Resque
  readonly context: CliContext
  readonly stdout: Output
  readonly clock: Clock
  readonly paint: Paint
  readonly json: boolean
  readonly command: Command
  /** The words after the command. */
  readonly args: readonly string[]
  /** The flags, as commander read them. */
  readonly flags: Readonly<Record<string, unknown>>
}

export interface CommandSpec {
  /** Name and arguments: `status <id>`. */
  readonly usage: string
  readonly description: string
  /** More of the help: examples. */
  readonly after?: string
  readonly options?: readonly Option[]
  /** Resolves to the exit code; nothing means 0. */
  run(session: Session): Promise<number | undefined>
}

/** A person waits at the terminal: an unreachable Redis is told after so long. */
const commandTimeoutMs = 4_000

async function withClient(spec: CommandSpec, command: Command, args: readonly string[], context: CliContext) {
  const { redis, namespace } = readFlags(command, ['redis', 'namespace'], context)
  const flags: Readonly<Record<string, unknown>> = command.opts()
  const resque = new Resque({ redis, namespace, commandTimeoutMs })
  const paint = painter(context.stdout, context.env)
  const base = { resque, context, stdout: context.stdout, clock: systemClock, paint }
  try {
    await resque.connect()
    return await spec.run({ ...base, json: flags['json'] === true, command, args, flags })
  } catch (error) {
    const isRedis = error instanceof Error && (error.name === 'ReplyError' || isConnectionTrouble(error))
    throw isRedis && !(error instanceof ResqueError) ? explain(error, resque.rooms.connection) : error
  } finally {
    await resque.close()
  }
}

/** Adds a command that talks to Redis. */
export function addCommand(parent: Command, context: CliContext, spec: CommandSpec): Command {
  const command = parent.command(spec.usage).description(spec.description)
  for (const option of spec.options ?? []) command.addOption(option)
  command.option('--json', 'answer as JSON, for programs')
  addFlags(command, ['redis', 'namespace'])
  if (spec.after !== undefined) command.addHelpText('after', `\n${spec.after}`)
  return perform(command, (_, args) => withClient(spec, command, args, context))
}

/** A command with commands below it; `list` is what it does without one of them. */
export function addGroup(parent: Command, context: CliContext, name: string, list: CommandSpec): Command {
  const group = parent.command(name).description(list.description)
  group.addHelpText('after', `\nWithout a command it lists them; see resque ${name} list --help.`)
  const inner = group.command('list [words...]', { isDefault: true }).usage('[options]')
  inner.description(list.description)
  for (const option of list.options ?? []) inner.addOption(option)
  inner.option('--json', 'answer as JSON, for programs')
  addFlags(inner, ['redis', 'namespace'])
  perform(inner, (_, args) => {
    const [word] = args
    if (word === undefined) return withClient(list, inner, args, context)
    const names = group.commands.map((command) => command.name())
    const guess = didYouMean(word, names)
    const help = `See resque ${name} --help.`
    throw new ConfigurationError(`there is no command "${name} ${word}".${guess} ${help}`)
  })
  return group
}

/** Prints an answer: as JSON where that was asked for, else by `show`. */
export function answer(session: Session, value: unknown, show: () => void): void {
  if (session.json) writeJson(session.stdout, value)
  else show()
}

/** Says on stderr what was not found; the command's exit code is 1. */
export function notFound(session: Session, message: string): number {
  session.context.stderr.write(`${printable(message)}\n`)
  return 1
}
