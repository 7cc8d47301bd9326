// Members of a JSON object as they were written: where one stands in the text, and its bytes. Nothing is encoded anew.

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

/** The end of the JSON value that begins at `start`. The text is known to be valid JSON. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '"') at = endOfString(text, at) - 1
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && depth-- === 0) return at
    else if (character === ',' && depth === 0) return at
  }
  return text.length
}

/** Where a part of a text is: from its first character to the one after its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Where the value of a member stands in a JSON object, or null when there is no such member; valid JSON only. */
export function memberSpan(text: string, name: string): Span | null {
  let at = text.indexOf('{') + 1
  while (at > 0 && at < text.length) {
    const nameStart = text.indexOf('"', at)
    if (nameStart === -1) return null
    const nameEnd = endOfString(text, nameStart)
    const valueStart = text.indexOf(':', nameEnd) + 1
    const valueEnd = endOfValue(text, valueStart)
    if (JSON.parse(text.slice(nameStart, nameEnd)) === name) return trimmed(text, valueStart, valueEnd)
    at = valueEnd + 1
  }
  return null
}

function trimmed(text: string, start: number, end: number): Span {
  const value = text.slice(start, end)
  const from = start + value.length - value.trimStart().length
  return { from, to: from + value.trim().length }
}

/**
 * The bytes of one member's value, taken out of a JSON object without encoding it again; null when there is no
 * such member. The text must be valid JSON.
 */
export function rawMember(text: string, name: string): string | null {
  const span = memberSpan(text, name)
  return span === null ? null : text.slice(span.from, span.to)
}
