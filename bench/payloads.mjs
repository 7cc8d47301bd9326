// The job that every system carries: SendEmail with three arguments of 50 bytes together.

export const queueName = 'mail'
export const jobName = 'SendEmail'

/** Three arguments; the last is a number of 13 digits (a time in milliseconds, where a work needs one). */
export function argsOf(index, number = 1_000_000_000_000 + index) {
  return [`user${String(index).padStart(7, '0')}@example.com`, 'welcome-letter', number]
}

export function range(count) {
  return Array.from({ length: count }, (_, index) => index)
}

/** Carries items out with so many under way. */
export async function inFlight(items, atOnce, carry) {
  let next = 0
  const carrier = async () => {
    while (next < items.length) await carry(items[next++])
  }
  await Promise.all(range(Math.min(atOnce, items.length)).map(carrier))
}

/** The list in pieces. */
export function chunks(items, size) {
  return range(Math.ceil(items.length / size)).map((index) => items.slice(index * size, (index + 1) * size))
}
