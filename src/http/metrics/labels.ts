// Values of labels come from payloads and queue names that anyone may have written. Each value is a series that a
// monitoring system keeps for weeks, so only so many are told apart.

/** What stands for every value beyond the limit. */
export const otherLabel = '(other)'
/** What stands for a class that the worker does not have. */
export const unknownLabel = '(unknown)'

const longestLabel = 200

export class LabelLimit {
  readonly #most: number
  readonly #seen = new Set<string>()

  /** @param most how many values are told apart */
  constructor(most: number) {
    this.#most = most
  }

  /** The value itself for the first ones, and `(other)` for what comes after them. */
  of(value: string): string {
    if (this.#seen.has(value)) return value
    if (this.#seen.size >= this.#most || value.length > longestLabel) return otherLabel
    this.#seen.add(value)
    return value
  }
}
