// What `ps` shows of a daemon, brought up to date once a second.

import { after } from '../clock.ts'

const everyMs = 1_000

/** Shows a title until the function returned is called. Ruby's and PHP's workers look for `resque-<digit>`. */
export function showTitle(title: () => string): () => void {
  const before = process.title
  let shown = ''
  let callOff = (): void => undefined
  const show = (): void => {
    const text = title()
    if (text !== shown) process.title = text
    shown = text
    callOff = after(everyMs, show)
  }
  show()
  return () => {
    callOff()
    process.title = before
  }
}
