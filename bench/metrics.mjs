// The metrics that several works share, and how numbers are shown.
//
// A metric: { title, unit, better: 'higher' | 'lower', ratioAtLeast?, atLeast?, atMost?, shareOf?, shareAtLeast? }
//   ratioAtLeast   of the subject to the best peer;  atLeast, atMost: of the subject alone
//   shareAtLeast   of the system `shareOf` in the subject (tracked against untracked)

export function rate(budget = {}) {
  return { title: 'jobs per second', unit: '/s', better: 'higher', ...budget }
}

/** Costs, for the record: steadier than times on a machine that does other things too. */
export const costs = {
  cpuUsPerJob: { title: 'CPU of the process per job', unit: 'µs', better: 'lower' },
  redisCpuUsPerJob: { title: 'CPU of Redis per job', unit: 'µs', better: 'lower' },
  commandsPerJob: { title: 'Redis commands per job, those in scripts included', unit: '', better: 'lower' },
}

/** 12,345 or 12.3 or 0.123 */
export function number(value) {
  if (value === undefined || value === null || Number.isNaN(value)) return '–'
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

export function withUnit(value, unit) {
  return unit === '' || unit === '/s' ? `${number(value)}${unit}` : `${number(value)} ${unit}`
}
