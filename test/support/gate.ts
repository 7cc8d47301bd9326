// A door that a job waits at until the test opens it.

export class Gate {
  readonly #opened: Promise<void>
  #open: () => void = () => undefined
  /** How many have come to the door so far. */
  arrivals = 0

  constructor() {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  /** Resolves when the gate is opened. */
  async pass(): Promise<void> {
    this.arrivals++
    await this.#opened
  }

  open(): void {
    this.#open()
  }
}
