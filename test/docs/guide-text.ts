// What stands in the guides of docs/coming-from-*.md: the code spans of a page, and those of the column "here" of its
// tables, which name what is ours.

import { read } from '../support/source-files.ts'

export const guides = ['ruby', 'php', 'node-resque', 'bullmq'] as const
export type GuideName = (typeof guides)[number]

export interface OurSpan {
  readonly page: string
  readonly text: string
}

export function page(name: GuideName): string {
  return read(`docs/coming-from-${name}.md`)
}

function spans(text: string): string[] {
  return [...text.matchAll(/``\s?(.+?)\s?``|`([^`]+)`/g)].map(([, wide, narrow]) => wide ?? narrow ?? '')
}

function withoutBlocks(text: string): string {
  return text.replace(/^ *```.*?^ *```/gms, '')
}

/** Everything that the page puts into code spans. */
export function allSpans(name: GuideName): string {
  return spans(withoutBlocks(page(name))).join('\n')
}

function cells(row: string): string[] {
  const inner = row.trim().replace(/^\||\|$/g, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.replaceAll('\\|', '|').trim())
}

/** "hook `x`" becomes `hook x`: the word says where the name is to be found. */
function withKinds(cell: string): string {
  return cell.replace(/\b(hook|plugin) `(\w+)`/g, '`$1 $2`')
}

/** The code spans of the column "here". */
export function ourSpans(name: GuideName): OurSpan[] {
  const found: OurSpan[] = []
  let column = -1
  for (const line of withoutBlocks(page(name)).split('\n')) {
    if (!line.startsWith('|')) column = -1
    else if (column === -1) column = cells(line).indexOf('here')
    else for (const text of spans(withKinds(cells(line)[column] ?? ''))) found.push({ page: name, text })
    if (line.startsWith('|') && column === -1) column = Number.POSITIVE_INFINITY
  }
  return found
}

/** Command lines of the page's shell blocks. */
export function commandLines(name: GuideName): string[] {
  const blocks = [...page(name).matchAll(/^ *```(?:console|sh)\n(.*?)^ *```/gms)].map(([, code = '']) => code)
  return blocks
    .flatMap((code) => code.split('\n'))
    .map((line) =>
      line
        .trim()
        .replace(/^\$ /, '')
        .replace(/\s+#.*/, ''),
    )
    .filter((line) => /^resque(-\w+)?\b/.test(line))
}

/** The JavaScript examples, to be run. */
export function examples(name: GuideName): string[] {
  return [...page(name).matchAll(/^```js\n(.*?)^```/gms)].map(([, code = '']) => code)
}
