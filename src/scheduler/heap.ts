// Things in the order of their times: a binary heap. What is due is found without looking at what is not.

export interface Timed {
  readonly atMs: number
}

export class TimeHeap<T extends Timed> {
  readonly #nodes: T[] = []

  get size(): number {
    return this.#nodes.length
  }

  /** The earliest, or undefined. */
  get first(): T | undefined {
    return this.#nodes[0]
  }

  push(node: T): void {
    const nodes = this.#nodes
    let index = nodes.push(node) - 1
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = nodes[above]
      if (parent === undefined || parent.atMs <= node.atMs) break
      nodes[index] = parent
      index = above
    }
    nodes[index] = node
  }

  /** Takes the earliest out. */
  pop(): T | undefined {
    const nodes = this.#nodes
    const first = nodes[0]
    const last = nodes.pop()
    if (last !== undefined && nodes.length > 0) this.#sink(last)
    return first
  }

  /** Puts a node where the first one was, and then down to its place. */
  #sink(node: T): void {
    const nodes = this.#nodes
    let index = 0
    for (;;) {
      const below = this.#earlierBelow(index)
      const child = nodes[below]
      if (child === undefined || child.atMs >= node.atMs) break
      nodes[index] = child
      index = below
    }
    nodes[index] = node
  }

  #earlierBelow(index: number): number {
    const left = 2 * index + 1
    const [a, b] = [this.#nodes[left], this.#nodes[left + 1]]
    return a !== undefined && b !== undefined && b.atMs < a.atMs ? left + 1 : left
  }

  /** All up to a time, in no order; they stay. Nothing later than the first of each branch is looked at. */
  upTo(atMs: number): T[] {
    const found: T[] = []
    const open = [0]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const node = this.#nodes[index]
      if (node === undefined || node.atMs > atMs) continue
      found.push(node)
      open.push(2 * index + 1, 2 * index + 2)
    }
    return found
  }
}
