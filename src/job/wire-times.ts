// Times as Ruby writes them into Redis, always in UTC, because Ruby reads zone abbreviations as it likes.

function parts(ms: number): { date: string; time: string } {
  const iso = new Date(ms).toISOString()
  return { date: iso.slice(0, 10), time: iso.slice(11, 19) }
}

/** `2026-11-23T02:06:00Z`: `run_at` in a worker's record. */
export function runAt(ms: number): string {
  const { date, time } = parts(ms)
  return `${date}T${time}Z`
}

/** `2026/11/23 02:06:01 UTC`: `failed_at` and `retried_at`. */
export function failedAt(ms: number): string {
  const { date, time } = parts(ms)
  return `${date.replaceAll('-', '/')} ${time} UTC`
}

/** `2026-11-23 02:05:56 +0000`: Ruby's Time#to_s, for `started` and the last run of a recurring entry. */
export function rubyTime(ms: number): string {
  const { date, time } = parts(ms)
  return `${date} ${time} +0000`
}

/** Such a time in epoch milliseconds, in whatever zone; 0 for what is none. */
export function readRubyTime(text: string | null): number {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$/.test(text ?? '') ? Date.parse(text ?? '') || 0 : 0
}
