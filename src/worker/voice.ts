// What a job says of itself while it runs: lines and progress, on their way to its status. What is said while an
// earlier word is under way travels with the next one, so that a job that says much costs little.

/** Takes what jobs say: Redis here, the parent where a job has a process of its own. */
export interface Listening {
  addLog(id: string, lines: readonly string[]): Promise<void>
  /** @param percent 0 to 100 */
  setProgress(id: string, percent: number, message?: string): Promise<void>
}

const mostLines = 100

export class Voice {
  readonly #id: string
  readonly #listening: Listening
  #lines: string[] = []
  #progress: { readonly percent: number; readonly message: string | undefined } | undefined
  #saying: Promise<void> | undefined

  constructor(id: string, listening: Listening) {
    this.#id = id
    this.#listening = listening
  }

  log(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > mostLines) this.#lines.shift()
    this.#saying ??= this.#say()
  }

  progress(percent: number, message: string | undefined): void {
    this.#progress = { percent, message }
    this.#saying ??= this.#say()
  }

  /** Resolves when all that was said has been heard, or is lost. Never rejects. */
  get said(): Promise<void> | undefined {
    return this.#saying
  }

  // What a job says of itself must not make it fail: when Redis is away, a line is lost and the job goes on.
  async #say(): Promise<void> {
    while (this.#lines.length > 0 || this.#progress !== undefined) {
      const [lines, progress] = [this.#lines, this.#progress]
      this.#lines = []
      this.#progress = undefined
      await Promise.allSettled([
        lines.length > 0 && this.#listening.addLog(this.#id, lines),
        progress && this.#listening.setProgress(this.#id, progress.percent, progress.message),
      ])
    }
    this.#saying = undefined
  }
}
