// Cuts a stream of bytes into whole RESP values (RESP2 and RESP3), whatever pieces it arrives in. Only the
// outermost value matters here: its bytes are kept as they came, so that a proxy passes on what it was given.

/** One outermost value, for example a whole command or a whole reply. */
export interface RespFrame {
  /** The first byte: `*` array, `$` text, `+` `-` line, `:` integer, `>` push, `%` map and so on. */
  readonly type: string
  readonly bytes: Buffer
}

const lineEnd = Buffer.from('\r\n')
const linesOnly = '+-:_,#('
const withBytes = '$=!'
const valuesPerItem: Readonly<Record<string, number>> = { '*': 1, '~': 1, '>': 1, '%': 2, '|': 2 }

/** Give it the pieces in order; it hands out the values that are complete. */
export class RespReader {
  #bytes = Buffer.alloc(0)
  #pieces: Buffer[] = []
  #pieceBytes = 0
  /** Where the next value to be looked at starts; everything before belongs to the current frame. */
  #offset = 0
  /** How many values are missing until the current frame is whole. */
  #missing = 1
  /** Nothing can be decided before that many bytes are here: spares a large text one copy per piece. */
  #neededBytes = 0

  push(piece: Buffer): RespFrame[] {
    this.#pieces.push(piece)
    this.#pieceBytes += piece.length
    if (this.#bytes.length + this.#pieceBytes < this.#neededBytes) return []
    this.#bytes = Buffer.concat([this.#bytes, ...this.#pieces])
    this.#pieces = []
    this.#pieceBytes = 0
    return this.#frames()
  }

  #frames(): RespFrame[] {
    const frames: RespFrame[] = []
    let start = 0
    while (this.#step()) {
      if (this.#missing > 0) continue
      const bytes = this.#bytes.subarray(start, this.#offset)
      frames.push({ type: typeAt(bytes, 0), bytes })
      start = this.#offset
      this.#missing = 1
    }
    this.#bytes = this.#bytes.subarray(start)
    this.#offset -= start
    this.#neededBytes = Math.max(0, this.#neededBytes - start)
    return frames
  }

  /** Goes past one value, or past the head of one that holds others; false when more bytes are needed. */
  #step(): boolean {
    const end = this.#bytes.indexOf(lineEnd, this.#offset)
    if (end === -1) return false
    const type = typeAt(this.#bytes, this.#offset)
    const head = this.#bytes.toString('latin1', this.#offset + 1, end)
    const next = end + 2 + (withBytes.includes(type) && head !== '-1' ? Number(head) + 2 : 0)
    if (next > this.#bytes.length) {
      this.#neededBytes = next
      return false
    }
    this.#missing += valuesInside(type, head) - 1
    this.#offset = next
    return true
  }
}

/** The values that belong to this one and follow it; an attribute is followed by the value it describes. */
function valuesInside(type: string, head: string): number {
  const perItem = valuesPerItem[type]
  if (perItem !== undefined) return Math.max(0, Number(head)) * perItem + (type === '|' ? 1 : 0)
  // A line with no known mark is a command typed by hand ("PING"), which is one line.
  if (linesOnly.includes(type) || withBytes.includes(type) || /[a-z]/i.test(type)) return 0
  throw new Error(`not RESP: a value starts with ${JSON.stringify(type + head.slice(0, 40))}`)
}

function typeAt(bytes: Buffer, offset: number): string {
  return String.fromCharCode(bytes[offset] ?? 0)
}

/** The words of a command, or of any flat array of texts; the first word in lower case. */
export function commandOf(frame: RespFrame): string[] {
  const words = frame.type === '*' ? texts(frame.bytes) : frame.bytes.toString().trim().split(/\s+/)
  return words.map((word, place) => (place === 0 ? word.toLowerCase() : word))
}

function texts(bytes: Buffer): string[] {
  const words: string[] = []
  let offset = bytes.indexOf(lineEnd) + 2
  while (offset < bytes.length) {
    const end = bytes.indexOf(lineEnd, offset)
    const head = bytes.toString('latin1', offset + 1, end)
    const isText = typeAt(bytes, offset) === '$' && head !== '-1'
    const length = isText ? Number(head) : 0
    words.push(isText ? bytes.toString('utf8', end + 2, end + 2 + length) : head)
    offset = end + 2 + (isText ? length + 2 : 0)
  }
  return words
}
