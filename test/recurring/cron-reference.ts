// Debian's cron, played minute by minute with a slow and obvious clock. It shares no code with src: the wall
// clock is Intl's, the fields are matched by a naive reader, and the rule about clock changes is that of
// cron(8): it compares the wall clock with the "virtual" time up to which jobs have been run.

const minuteMs = 60_000
const correctionMinutes = 180

/** Wall minutes (since 1970, as if the wall clock were UTC) of every real minute of [startMs, endMs). */
export function wallMinutes(timezone: string, startMs: number, endMs: number): number[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  })
  const walls: number[] = []
  for (let atMs = startMs; atMs < endMs; atMs += minuteMs) {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = (
      format.format(atMs).match(/\d+/g) ?? []
    ).map(Number)
    walls.push(Date.UTC(year, month - 1, day, hour, minute) / minuteMs)
  }
  return walls
}

/** Does a field such as `0/15`, `1-5,30` or `7` hold the value? Numbers only. */
function holds(field: string, value: number, min: number): boolean {
  return field.split(',').some((item) => {
    const [span = '', step = '1'] = item.split('/')
    const [from = min, to = item.includes('/') ? 99 : from] =
      span === '*' ? [min, 99] : span.split('-').map(Number)
    return value >= from && value <= to && (value - from) % Number(step) === 0
  })
}

function matches(fields: readonly string[], wall: number): boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const date = new Date(wall * minuteMs)
  const time = holds(minute, date.getUTCMinutes(), 0) && holds(hour, date.getUTCHours(), 0)
  if (!time || !holds(month, date.getUTCMonth() + 1, 1)) return false
  const byDay = holds(day, date.getUTCDate(), 1)
  const byWeekday = holds(weekday, date.getUTCDay(), 0)
  return day === '*' || weekday === '*' ? byDay && byWeekday : byDay || byWeekday
}

/** The runs of a five-field cron in epoch ms, given the wall minutes of consecutive real minutes from `startMs`. */
export function debianRuns(cron: string, walls: readonly number[], startMs: number): number[] {
  const fields = cron.split(' ')
  const wildcard = fields.slice(0, 2).some((field) => field.startsWith('*'))
  const runs: number[] = []
  let virtual = (walls[0] ?? 0) - 1
  for (const [index, wall] of walls.entries()) {
    const jump = wall - virtual
    const corrected = Math.abs(jump - 1) > correctionMinutes
    let run = (wildcard || corrected) && matches(fields, wall)
    if (!wildcard && !corrected)
      for (let skipped = virtual + 1; skipped <= wall; skipped++) run ||= matches(fields, skipped)
    if (run) runs.push(startMs + index * minuteMs)
    virtual = corrected ? wall : Math.max(virtual, wall)
  }
  return runs
}

/** The days (as UTC midnights) of a year on which the clocks of a zone change. */
export function changeDays(timezone: string, year: number): number[] {
  const hourMs = 60 * minuteMs
  const [startMs, endMs] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)]
  const days = new Set<number>()
  let before: number | undefined
  for (let atMs = startMs; atMs < endMs; atMs += 6 * hourMs) {
    const [wall = 0] = wallMinutes(timezone, atMs, atMs + minuteMs)
    const offset = wall - atMs / minuteMs
    if (before !== undefined && offset !== before) days.add(Math.floor(atMs / (24 * hourMs)) * 24 * hourMs)
    before = offset
  }
  return [...days]
}
