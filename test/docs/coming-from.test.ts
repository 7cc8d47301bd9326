// The guides for those who come from another system: what they write of ours exists, to the letter; nothing of theirs is
// left out; the examples print what stands behind them.

import { describe, expect, it } from 'vitest'
import { main as resqueMain } from '../../src/cli/resque-program.ts'
import { main as schedulerMain } from '../../src/cli/scheduler-program.ts'
import { main as workerMain } from '../../src/cli/worker-program.ts'
import { longFlag } from '../../src/config/setting.ts'
import { settings } from '../../src/config/settings.ts'
import * as api from '../../src/index.ts'
import { knownKeys } from '../../src/recurring/entry-keys.ts'
import { testKit } from '../../src/testing.ts'
import { callProgram } from '../support/call-program.ts'
import { read } from '../support/source-files.ts'
import { world } from '../support/world.ts'
import { allSpans, commandLines, examples, guides, ourSpans } from './guide-text.ts'
import { inventory } from './inventory.ts'
import { complaints, isCode } from './our-names.ts'

const programs = {
  resque: resqueMain,
  'resque-scheduler': schedulerMain,
  'resque-worker': workerMain,
} as const
const spans = guides.flatMap(ourSpans)
const texts = spans.map(({ text }) => text)

const isCommand = (text: string): boolean => /^resque(-scheduler|-worker)?( |$)/.test(text)
const isFlag = (text: string): boolean => /^--?[a-z]/i.test(text)
const isVariable = (text: string): boolean => /^[A-Z][A-Z_0-9]+(=.*)?$/.test(text)
const isKey = (text: string): boolean => /^resque:|^[a-z]+(_[a-z]+)+$|^[a-z_]+(:|: .*)$/.test(text)

async function helpOf(argv: readonly string[]): Promise<string> {
  const [name = '', ...words] = argv
  const main = programs[name as keyof typeof programs]
  const { code, stdout } = await callProgram(main, [...words, '--help'])
  return code === 0 ? stdout : ''
}

/** The words that name a program and its command. */
async function commandOf(text: string): Promise<string[]> {
  const [name = '', ...rest] = text.split(/\s+/)
  const path = [name]
  for (const word of rest) {
    const commands = /^Commands:\n((?: .*\n?)*)/m.exec(await helpOf(path))?.[1] ?? ''
    if (!new RegExp(`^  ${word}\\b`, 'm').test(commands)) break
    path.push(word)
  }
  return path
}

function flagsOf(text: string): string[] {
  const outside = text.replace(/'[^']*'/g, '')
  return [...outside.matchAll(/(?<=\s|^)--?[a-zA-Z][\w-]*/g)].map(([flag]) => flag)
}

async function wrongIn(line: string): Promise<string[]> {
  const path = await commandOf(line)
  const help = await helpOf(path)
  const next = line.split(/\s+/)[path.length]
  const isStray = help.includes('\nCommands:') && path[0] === 'resque' && /^[a-z]+$/.test(next ?? '')
  const unknown = flagsOf(line).filter((flag) => !new RegExp(`(^|[ ,])${flag}(?![\\w-])`, 'm').test(help))
  if (help === '' || isStray) return [`${line}: there is no such command`]
  return unknown.map((flag) => `${line}: there is no ${flag}`)
}

describe('what the guides write of ours', () => {
  it('is of a kind that is looked at', () => {
    const isKnown = [isCode, isCommand, isFlag, isVariable, isKey]
    expect(texts.filter((text) => !isKnown.some((is) => is(text)))).toEqual([])
    expect(texts.length).toBeGreaterThan(400)
  })

  it('are calls, options, events and errors that exist', { timeout: 120_000 }, () => {
    expect(complaints([...new Set(texts.filter(isCode))])).toEqual([])
  })

  it('are commands that exist, with flags that they take', async () => {
    const lines = [...new Set([...texts.filter(isCommand), ...guides.flatMap(commandLines)])]
    const wrong = await Promise.all(lines.map(wrongIn))
    expect(wrong.flat()).toEqual([])
    expect(lines.length).toBeGreaterThan(15)
  })

  it('are flags and variables that exist, or signals', async () => {
    const help = (await Promise.all(Object.keys(programs).map((name) => helpOf([name])))).join('\n')
    const flags = Object.values(settings).flatMap((setting) => [longFlag(setting), ...flagsOf(setting.flags)])
    const known = new Set<string>([...flags, '--help', '--version', '--no-dynamic'])
    expect(texts.filter((text) => isFlag(text) && !known.has(text.split(' ')[0] ?? ''))).toEqual([])
    const variables = new Set<string>(Object.values(settings).flatMap(({ variables: names }) => names))
    const isThere = (name: string): boolean => variables.has(name) || new RegExp(`\\b${name}\\b`).test(help)
    expect(texts.filter((text) => isVariable(text) && !isThere(text.replace(/=.*/, '')))).toEqual([])
  })

  it('are keys of schedule entries or of Redis', () => {
    const keys = read('src/redis/keys.ts')
    const names = texts.filter(isKey).map((text) => text.replace(/^resque:/, '').replace(/[:<].*/, ''))
    expect(names.filter((name) => !knownKeys.includes(name) && !keys.includes(name))).toEqual([])
  })
})

describe('what the other systems have', () => {
  it.each(guides)('stands in the guide for %s, all of it', (name) => {
    const text = allSpans(name)
    const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const stands = (word: string): boolean => new RegExp(`(?<![\\w])${escaped(word)}(?!\\w)`, 'm').test(text)
    expect(inventory[name].filter((word) => !stands(word))).toEqual([])
  })
})

async function run(code: string): Promise<string[]> {
  const here = world()
  const printed: string[] = []
  const console = { log: (...values: unknown[]) => printed.push(values.map(String).join(' ')) }
  const place = { redis: here.url, namespace: here.namespace }
  const given = { ...api, testKit, console, resque: here.resque, redis: here.redis, place }
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor
  await AsyncFunction(...Object.keys(given), code)(...Object.values(given))
  return printed
}

describe.each(guides)('the examples for %s', (name) => {
  it.each(examples(name))('print what they say: %#', async (code) => {
    const expected = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text = '']) => text)
    expect(expected.length).toBeGreaterThan(0)
    expect(await run(code)).toEqual(expected)
  })
})
