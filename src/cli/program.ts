// What all programs share: how a command line is taken apart, what `--help` and `--version` say, and which exit
// code a failure has. Commands are commander's; they never end the process.

import { Command, CommanderError } from 'commander'
import { packageVersion } from '../daemon/package-version.ts'
import { ConfigurationError } from '../errors.ts'
import { didYouMean } from '../nearest.ts'
import { type CliContext, painter } from './context.ts'
import { errorLines, exitCodeOf, exitCodes } from './exit-codes.ts'

const codes = new WeakMap<Command, number>()
const widestHelp = 100

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent)
}

/**
 * A program without commands yet. Add commands with `program.command(name)` and give each what it does with
 * `perform`; flags before a command's name belong to the program, flags after it to the command.
 */
export function createProgram(context: CliContext, name: string, description: string): Command {
  const program = new Command(name).description(description).enablePositionalOptions().exitOverride()
  program.version(packageVersion(), '--version', 'print the version')
  program.helpOption('-h, --help', 'print this').allowExcessArguments(false)
  program.configureHelp({ showGlobalOptions: true, sortOptions: false })
  return program.configureOutput({
    writeOut: (text) => context.stdout.write(text),
    writeErr: (text) => context.stderr.write(text),
    outputError: () => undefined, // told in runProgram, with all other errors
    getOutHelpWidth: () => Math.min(context.stdout.columns ?? widestHelp, widestHelp),
    getErrHelpWidth: () => Math.min(context.stderr.columns ?? widestHelp, widestHelp),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  })
}

/** Says what a command does. The number it resolves to is the exit code; nothing means 0. */
export function perform(
  command: Command,
  action: (command: Command, args: readonly string[]) => Promise<number | undefined>,
): Command {
  return command.allowExcessArguments(false).action(async () => {
    const args = command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string')
    codes.set(rootOf(command), (await action(command, args)) ?? exitCodes.stoppedAsAsked)
  })
}

function commandNames(program: Command): string[] {
  return program.commands.flatMap((command) => [command.name(), ...command.aliases()])
}

/** Commander's words without its prefix; a stray word where a command was meant is told as such. */
function usageError(error: CommanderError, program: Command): ConfigurationError {
  const stray = program.args[0]
  const isStray = /excessArguments|unknownCommand/.test(error.code) && program.commands.length > 0
  if (isStray && stray !== undefined && !commandNames(program).includes(stray)) {
    const guess = didYouMean(stray, commandNames(program))
    return new ConfigurationError(`there is no command "${stray}".${guess} See ${program.name()} --help.`)
  }
  const said = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  return new ConfigurationError(`${said}${/[.?)]$/.test(said) ? '' : '.'} See ${program.name()} --help.`)
}

function isAnswered(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0
}

function tell(error: unknown, program: Command, { stderr, argv, env }: CliContext): void {
  const verbose = argv.includes('--verbose') || argv.includes('-v')
  const name = painter(stderr, env)('red', `${program.name()}:`)
  stderr.write(`${name} ${errorLines(error, verbose)}\n`)
}

/** Takes the command line apart and performs what it asks for. Resolves to the exit code; never rejects. */
export async function runProgram(program: Command, context: CliContext): Promise<number> {
  try {
    await program.parseAsync([...context.argv], { from: 'user' })
    return codes.get(program) ?? exitCodes.stoppedAsAsked
  } catch (thrown) {
    if (isAnswered(thrown)) return exitCodes.stoppedAsAsked
    // `help` asked for by leaving the command out has been printed already.
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') return exitCodes.wrongUsage
    const error = thrown instanceof CommanderError ? usageError(thrown, program) : thrown
    tell(error, program, context)
    return exitCodeOf(error)
  }
}
