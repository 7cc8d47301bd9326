// The nearest right name for a wrong one, for error messages.

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** The name of `names` that `wrong` was probably meant to be, or undefined when none is close. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.ceil(wrong.length / 3))
  let best: { name: string; steps: number } | undefined
  for (const name of names) {
    if (Math.abs(name.length - wrong.length) > limit) continue
    const steps = distance(wrong.toLowerCase(), name.toLowerCase())
    if (steps <= limit && (best === undefined || steps < best.steps)) best = { name, steps }
  }
  return best?.name
}

/** `" Did you mean "x"?"`, or an empty text when no name is close. */
export function didYouMean(wrong: string, names: Iterable<string>): string {
  const name = nearest(wrong, names)
  return name === undefined ? '' : ` Did you mean "${name}"?`
}
