// The keys an entry may have. Ruby ignores every key it does not know; here a key that is not known is an
// error, because it is nearly always a typing error that changes what runs or when. Three exceptions are only
// warnings, so that files that run under Ruby run here too:
//   - keys of Ruby add-ons found in real schedule files (`toleratedKeys`);
//   - a misspelt `description`, which cannot change what runs;
//   - a second spelling of a key that is also there.

import { nearest } from '../nearest.ts'
import type { Findings } from './problem.ts'

export const knownKeys: readonly string[] = [
  ...['cron', 'every', 'never', 'class', 'custom_job_class', 'queue', 'args', 'description'],
  ...['env', 'rails_env', 'persist', 'parameters'],
  ...[
    'timezone',
    'catch_up',
    'catch_up_window',
    'overlap',
    'jitter',
    'enabled',
    'starts_at',
    'ends_at',
    'limit',
  ],
]

const toleratedKeys = new Map([
  [
    'rails_envs',
    'it limits nothing, as in Ruby: the entry runs in every environment. Did you mean "rails_env"?',
  ],
  ['timeout', 'a job class has its own timeoutSeconds'],
  ['named_args', 'a map in args is handed over as one argument'],
  ['active_job', 'the class is enqueued as it is'],
])

const hints = new Map([
  ['first_in', 'It belongs to the interval: every: [30s, { first_in: 10s }].'],
  ['first_at', 'Write "starts_at", or every: [30s, { first_at: 2027-01-01T00:00:00Z }].'],
  ['last_at', 'Did you mean "ends_at"?'],
  ['times', 'Did you mean "limit"?'],
  ['at', 'A job that runs once is enqueued by enqueueAt, not by a schedule.'],
  ['in', 'A job that runs once is enqueued by enqueueIn, not by a schedule.'],
  ['klass', 'Did you mean "class"?'],
  ['job', 'Did you mean "class"?'],
  ['tz', 'Did you mean "timezone"?'],
  ['zone', 'Did you mean "timezone"?'],
  ['interval', 'Did you mean "every"?'],
  ['arguments', 'Did you mean "args"?'],
  ['params', 'Did you mean "args"?'],
])

export function checkKeys(findings: Findings, config: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(config)) if (!knownKeys.includes(key)) reportUnknown(findings, key, config)
}

function reportUnknown(findings: Findings, key: string, config: Readonly<Record<string, unknown>>): void {
  const tolerated = toleratedKeys.get(key)
  if (tolerated !== undefined) {
    findings.warn(key, `the key "${key}" is ignored: ${tolerated}`)
    return
  }
  const near = nearest(key, knownKeys)
  const harmless = near === 'description' || (near !== undefined && near in config && near !== key)
  const guess = near === undefined ? `Known are ${knownKeys.join(', ')}.` : `Did you mean "${near}"?`
  const message = `unknown key "${key}". ${hints.get(key) ?? guess}`
  if (harmless) findings.warn(key, message)
  else findings.error(key, message)
}
