// A failure sink that posts each failed job to a URL as JSON.

import { systemClock } from '../clock.ts'
import { ConfigurationError } from '../errors.ts'
import type { FailureReport, FailureSink } from './failure-sinks.ts'

export interface WebhookOptions {
  /** http or https. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** How long one try may take, in seconds. Default 5. */
  readonly timeoutSeconds?: number
}

const defaultTimeoutSeconds = 5
const tries = 3
const pauseMs = 500

/** Its place without what may be secret: user, password, path and query. */
function shown(url: string): string {
  return new URL(url).origin
}

function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol === 'http:' || protocol === 'https:') return
  const cure = 'Give an address such as https://example.com/failures.'
  throw new ConfigurationError(`the failure webhook ${JSON.stringify(url)} is no http address. ${cure}`)
}

/** What came of one try: nothing more to do, or why another may help or not. */
interface Answer {
  readonly problem: string | null
  readonly mayRepeat: boolean
}

async function post(
  body: string,
  { url, headers, timeoutSeconds }: Required<WebhookOptions>,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    })
    await response.body?.cancel()
    const mayRepeat = response.status >= 500 || response.status === 429
    return { problem: response.ok ? null : `it answered ${response.status}`, mayRepeat }
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    return { problem: cause instanceof Error ? cause.message : String(cause), mayRepeat: true }
  }
}

function withoutUserInfo(url: string): { readonly url: string; readonly headers: Record<string, string> } {
  const parsed = new URL(url)
  if (parsed.username === '' && parsed.password === '') return { url, headers: {} }
  const userInfo = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`
  parsed.username = ''
  parsed.password = ''
  return { url: parsed.href, headers: { authorization: `Basic ${Buffer.from(userInfo).toString('base64')}` } }
}

/**
 * A failure sink that posts `{ id, class, queue, args, attempt, exception, error, backtrace, worker, failedAt }`.
 * Tried three times when the address does not answer, or answers 429 or 5xx.
 * @throws ConfigurationError for what is no http address
 */
export function webhook(options: WebhookOptions): FailureSink {
  checkUrl(options.url)
  const { url, headers } = withoutUserInfo(options.url)
  const timeoutSeconds = options.timeoutSeconds ?? defaultTimeoutSeconds
  const target = { url, headers: { ...headers, ...options.headers }, timeoutSeconds }
  return async (failure: FailureReport): Promise<void> => {
    const body = JSON.stringify(failure)
    for (let attempt = 1; ; attempt++) {
      const { problem, mayRepeat } = await post(body, target)
      if (problem === null) return
      if (!mayRepeat || attempt === tries)
        throw new Error(`the failure webhook ${shown(url)} was not told: ${problem}`)
      await systemClock.sleep(pauseMs * attempt)
    }
  }
}
