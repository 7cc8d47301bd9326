// resque acl: the least rights that a Redis user needs, as an ACL line to paste into redis-cli.

import type { Command } from 'commander'
import { type Acl, aclOf, type Role, roles } from '../../doctor/acl.ts'
import { ConfigurationError } from '../../errors.ts'
import { didYouMean } from '../../nearest.ts'
import type { CliContext } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { writeJson } from '../output.ts'
import { perform } from '../program.ts'

const about = `Roles:
  producer    enqueues, delays, cancels, reschedules jobs and asks for their status
  worker      takes jobs, performs them, hands in what became of them
  scheduler   promotes delayed jobs and fires recurring entries
  viewer      looks at everything and changes nothing
  admin       all of these, and retries, removes, pauses, repairs (resque doctor --fix)

Paste the line into redis-cli with a password in place of PASSWORD, then ACL SAVE (with an aclfile) or CONFIG
REWRITE. The user and the password go into the URL: redis://resque-worker:password@host:6379.`

function readRole(text: string): Role {
  const role = roles.find((name) => name === text)
  if (role !== undefined) return role
  throw new ConfigurationError(
    `there is no role "${text}": it is one of ${roles.join(', ')}.${didYouMean(text, roles)}`,
  )
}

function readUser(user: unknown): string | undefined {
  if (user === undefined) return undefined
  const name = String(user)
  if (name !== '' && !/[\s\0]/.test(name)) return name
  throw new ConfigurationError(`--user is ${JSON.stringify(name)}: a Redis user has a name without blanks.`)
}

function print({ stdout }: CliContext, { role, namespace, line }: Acl): void {
  stdout.write(`# the ${role} of the namespace ${namespace}; put a password in place of PASSWORD\n${line}\n`)
}

async function run(
  command: Command,
  [word = '']: readonly string[],
  context: CliContext,
): Promise<undefined> {
  const flags: Readonly<Record<string, unknown>> = command.opts()
  const { namespace } = readFlags(command, ['namespace'], context)
  const user = readUser(flags['user'])
  const acl = aclOf(readRole(word), { namespace, ...(user === undefined ? {} : { user }) })
  if (flags['json'] === true) writeJson(context.stdout, acl)
  else print(context, acl)
}

export function addAcl(program: Command, context: CliContext): void {
  const command = program
    .command('acl <role>')
    .description('the least rights that a Redis user of Resque needs')
  command.option('--user <name>', "the user's name (default: resque-<role>)")
  command.option('--json', 'answer as JSON, for programs')
  addFlags(command, ['namespace'])
  command.addHelpText('after', `\n${about}`)
  perform(command, (_, args) => run(command, args, context))
}
