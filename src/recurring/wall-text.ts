// Instants as the clocks of a zone show them, for people who read a schedule.

import type { Zone } from './cron-zone.ts'

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

const offsets = new Map<number, string>()

/** `+02:00`, `-03:30`; with seconds where a zone once had them. */
export function offsetText(offsetMs: number): string {
  const text = offsets.get(offsetMs) ?? writeOffset(offsetMs)
  offsets.set(offsetMs, text)
  return text
}

function writeOffset(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const shown = parts[2] === 0 ? parts.slice(0, 2) : parts
  return `${offsetMs < 0 ? '-' : '+'}${shown.map((part) => String(part).padStart(2, '0')).join(':')}`
}

/** `2026-03-29T03:00:00+02:00`. */
export function localIso(atMs: number, zone: Zone): string {
  const offsetMs = zone.offsetMs(atMs)
  return `${new Date(atMs + offsetMs).toISOString().slice(0, 19)}${offsetText(offsetMs)}`
}

/** `2026-03-29 03:00 +02:00`; with seconds where there are any. */
export function localText(atMs: number, zone: Zone): string {
  const offsetMs = zone.offsetMs(atMs)
  return `${wallText(atMs + offsetMs)} ${offsetText(offsetMs)}`
}

/** `2026-03-29 03:00` of a wall time (milliseconds as if the clock showed UTC). */
export function wallText(wallMs: number): string {
  return `${dayText(wallMs)} ${timeText(wallMs)}`
}

/** `2026-03-29`. */
export function dayText(wallMs: number): string {
  const text = new Date(wallMs).toISOString()
  return text.slice(0, text.indexOf('T'))
}

/** `03:00`, or `03:00:05`. */
export function timeText(wallMs: number): string {
  const time = new Date(wallMs).toISOString().slice(-13)
  return time.slice(6, 8) === '00' ? time.slice(0, 5) : time.slice(0, 8)
}

/** `Sun`. */
export function weekdayText(wallMs: number): string {
  return weekdays[new Date(wallMs).getUTCDay()] ?? ''
}

/** `2026-03-29T01:00:00Z`: ISO without the milliseconds that no run has. */
export function utcText(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z')
}
