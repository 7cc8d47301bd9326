// A function that remembers its last answer: jobs are made one after another, and most have class, queue and time in
// common with the one before.

/** The same function, which is called anew only when its argument is another one than before. */
export function remembered<Key extends string | number, Value>(
  make: (key: Key) => Value,
): (key: Key) => Value {
  let known: { readonly key: Key; readonly value: Value } | undefined
  return (key) => {
    if (known === undefined || known.key !== key) known = { key, value: make(key) }
    return known.value
  }
}
