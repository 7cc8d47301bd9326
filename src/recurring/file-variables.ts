// `${NAME}` and `${NAME:-default}` in the texts of an entry, for those who ask for it. `$${` stands for `${`.

const pattern = /\$\$\{|\$\{([A-Za-z_]\w*)(?:(:?-)([^}]*))?\}/g

/** The value with all variables filled in, and the names of those that are not set. */
export function fillVariables(
  value: unknown,
  variables: Readonly<Record<string, string | undefined>>,
): { value: unknown; missing: readonly string[] } {
  const missing: string[] = []
  const fill = (text: string) =>
    text.replace(
      pattern,
      (whole: string, name: string | undefined, sign: string | undefined, other: string) => {
        if (name === undefined) return '${'
        const set = variables[name]
        if (set !== undefined && (set !== '' || sign !== ':-')) return set
        if (sign === undefined) missing.push(name)
        return sign === undefined ? whole : other
      },
    )
  return { value: mapTexts(value, fill), missing }
}

/** Deeper values are refused with the entry, see entry-values.ts. */
const deepestNesting = 100

function mapTexts(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return change(value)
  if (depth > deepestNesting) return value
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change, depth + 1))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, change, depth + 1)]),
  )
}
