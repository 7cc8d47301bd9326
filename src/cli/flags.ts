// Puts settings on a command as flags, with their variables and defaults in the help, and reads them back.

import { type Command, Option } from 'commander'
import { withTls } from '../config/redis-place.ts'
import { longFlag } from '../config/setting.ts'
import { readSetting, type SettingName, type SettingValue, settings } from '../config/settings.ts'
import type { CliContext } from './context.ts'

export type SettingValues<Name extends SettingName> = { readonly [Key in Name]: SettingValue<Key> }

function helpOf(name: SettingName, withVariables: boolean): string {
  const { help, variables, shownDefault } = settings[name]
  const named = variables.length === 0 || !withVariables ? [] : [`env: ${variables.join(', ')}`]
  const unset = shownDefault === null || shownDefault === '' ? [] : [`default: ${shownDefault}`]
  const notes = [...named, ...unset]
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`
}

function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value]
}

export interface FlagOptions {
  /** false: the variables do not count for this command. */
  readonly variables?: boolean
}

const tlsNames = ['tlsCa', 'tlsCert', 'tlsKey'] as const

/** Adds a flag for each setting; those of TLS come with that for Redis. */
export function addFlags(
  command: Command,
  names: readonly SettingName[],
  { variables = true }: FlagOptions = {},
): Command {
  for (const name of names.flatMap((each) => (each === 'redis' ? [each, ...tlsNames] : [each]))) {
    const option = new Option(settings[name].flags, helpOf(name, variables))
    command.addOption(settings[name].repeats ? option.argParser(collect) : option)
  }
  return command
}

function attributeOf(name: SettingName): string {
  return new Option(longFlag(settings[name])).attributeName()
}

/** The settings' values: flag, else variable, else default. @throws ConfigurationError */
export function readFlags<Name extends SettingName>(
  command: Command,
  names: readonly Name[],
  { env }: Pick<CliContext, 'env'>,
): SettingValues<Name> {
  const flags: Readonly<Record<string, unknown>> = command.opts()
  const read = <One extends SettingName>(name: One): SettingValue<One> =>
    readSetting(name, flags[attributeOf(name)], env)
  const values: Record<string, unknown> = Object.fromEntries(names.map((name) => [name, read(name)]))
  if (typeof values['redis'] === 'string') {
    const files = { tlsCa: read('tlsCa'), tlsCert: read('tlsCert'), tlsKey: read('tlsKey') }
    values['redis'] = withTls(values['redis'], files)
  }
  return values as SettingValues<Name>
}
