// The examples of docs/unique.md and docs/hooks.md are run as they stand there: what they print stands behind it.

import { expect, it } from 'vitest'
import { Resque } from '../../src/client/resque.ts'
import { read } from '../support/source-files.ts'
import { world } from '../support/world.ts'

const pages = ['docs/unique.md', 'docs/hooks.md']

const examples = pages.flatMap((page) =>
  [...read(page).matchAll(/```js\n(.*?)```/gs)].map(([, code = ''], index) => ({ page, index, code })),
)

/** What a block says that it prints. */
function expected(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text = '']) => text)
}

async function run(code: string): Promise<string[]> {
  const here = world()
  const printed: string[] = []
  const console = { log: (...values: unknown[]) => printed.push(values.map(String).join(' ')) }
  const given = {
    ...{ console, Resque, resque: here.resque },
    place: { redis: here.url, namespace: here.namespace },
    ...{ lines: [], counted: 0 },
  }
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor
  await AsyncFunction(...Object.keys(given), code)(...Object.values(given))
  return printed
}

it.each(examples.filter(({ code }) => code.includes('console.log')))(
  '$page, example $index',
  async ({ code }) => {
    expect(expected(code).length).toBeGreaterThan(0)
    expect(await run(code)).toEqual(expected(code))
  },
)

it('the pages have examples', () => {
  expect(new Set(examples.map(({ page }) => page))).toEqual(new Set(pages))
})
