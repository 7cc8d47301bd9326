// Writes long answers piece by piece, and waits while whoever reads them is slower: `| less` on a year of runs
// must not hold the year in memory, and the end must be out before the program ends.

import { once } from 'node:events'
import { turn } from '../../clock.ts'
import type { CliContext, Output } from '../context.ts'

const pieceLength = 65_536

/** Waits until the process's own stream has passed on what it holds, or nobody reads it any more. */
async function drained(signal: AbortSignal): Promise<void> {
  const stream = process.stdout
  while (stream.writableLength > 0 && !stream.destroyed && !signal.aborted) {
    const waits = stream.writableNeedDrain ? once(stream, 'drain', { signal }) : turn()
    await waits.catch(() => undefined)
  }
}

export class PacedWriter {
  readonly #output: Output
  readonly #ended: AbortSignal
  #text = ''

  constructor({ stdout, signal }: Pick<CliContext, 'stdout' | 'signal'>) {
    this.#output = stdout
    this.#ended = AbortSignal.any([signal, stdout.closed].filter((given) => given !== undefined))
  }

  /** Nobody reads any more, or the program is to stop. */
  get isEnded(): boolean {
    return this.#ended.aborted
  }

  add(text: string): void {
    this.#text += text
  }

  get isFull(): boolean {
    return this.#text.length >= pieceLength
  }

  /** Writes what was added, and waits until it has been read. */
  async flush(): Promise<void> {
    if (this.#text !== '' && !this.isEnded) this.#output.write(this.#text)
    this.#text = ''
    await turn()
    await drained(this.#ended)
  }
}
