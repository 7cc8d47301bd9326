// What a job's process prints, line by line. It comes by pipes of its own, and may come after the word that the job
// has ended: how much was written tells what to wait for.

import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { after } from '../../clock.ts'

export type Stream = 'stdout' | 'stderr'
/** Bytes of stdout and stderr. */
export type Written = readonly [number, number]

/** Another process may hold the pipe open, or empty it. */
const longestWaitMs = 200

export class Outputs {
  readonly #streams: readonly [Readable | null, Readable | null]
  readonly #received: [number, number] = [0, 0]
  #onData: (() => void) | undefined

  constructor(stdout: Readable | null, stderr: Readable | null, onLine: (line: string, of: Stream) => void) {
    this.#streams = [stdout, stderr]
    this.#read(0, (line) => onLine(line, 'stdout'))
    this.#read(1, (line) => onLine(line, 'stderr'))
  }

  #read(index: 0 | 1, take: (line: string) => void): void {
    const stream = this.#streams[index]
    if (stream === null) return
    stream.on('error', () => undefined)
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', take)
    stream.on('data', (chunk: Buffer | string) => {
      this.#received[index] += Buffer.byteLength(chunk)
      this.#onData?.()
    })
  }

  #has([stdout, stderr]: Written): boolean {
    return this.#received[0] >= stdout && this.#received[1] >= stderr
  }

  /** Calls back when so much has come: at once, as a rule. */
  whenHere(written: Written, then: () => void): void {
    if (this.#has(written)) {
      then()
      return
    }
    const end = (): void => {
      callOff()
      this.#onData = undefined
      then()
    }
    const callOff = after(longestWaitMs, end)
    this.#onData = () => this.#has(written) && end()
  }

  close(): void {
    for (const stream of this.#streams) stream?.destroy()
  }
}
