// Remembers millions of texts in little memory: Bloom filters, one after another as they fill. It may take a text
// for seen that was not (one in some thousand), never the other way round: the doctor may pass over a finding, and
// raises no false alarm.

import { createHash } from 'node:crypto'

const textsEach = 500_000
const bitsEach = 2 ** 23 // 16 for each text, 1 MB in all
const probes = 6

function positions(text: string): number[] {
  const digest = createHash('sha1').update(text).digest()
  const [a, b] = [digest.readUInt32LE(0), digest.readUInt32LE(4) | 1]
  return Array.from({ length: probes }, (_, probe) => (a + probe * b) % bitsEach)
}

const has = (filter: Uint8Array, bit: number): boolean => ((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0

export class Seen {
  readonly #filters: Uint8Array[] = []
  #count = 0

  add(text: string): void {
    if (this.#count++ % textsEach === 0) this.#filters.push(new Uint8Array(bitsEach / 8))
    const filter = this.#filters.at(-1) ?? new Uint8Array()
    for (const bit of positions(text)) filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7))
  }

  has(text: string): boolean {
    const bits = positions(text)
    return this.#filters.some((filter) => bits.every((bit) => has(filter, bit)))
  }
}
