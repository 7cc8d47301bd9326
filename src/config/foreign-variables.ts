// Variables of Ruby's and PHP's workers that have nothing to change here: they are taken, and told once with why.

import type { Variables } from './setting.ts'

export interface ForeignVariable {
  readonly name: string
  /** Why it has no effect. */
  readonly why: string
}

const daemonize = 'a supervisor (systemd, a container) keeps it running'
const waking = 'producers wake an idle worker'
const forks = 'jobs run in this process; --isolation process gives them processes of their own'
const logging = 'see --logfile and --logformat'

const withoutEffect: Readonly<Record<string, string>> = {
  BACKGROUND: daemonize,
  BLOCKING: waking,
  MIN_INTERVAL: waking,
  MAX_INTERVAL: waking,
  BACKOFF_INTERVAL: waking,
  FORK_PER_JOB: forks,
  RUN_AT_EXIT_HOOKS: forks,
  TERM_CHILD: 'a job is always told that it should end (this.job.signal)',
  FAILURE_BACKEND: 'failed jobs go to the failed list; see --failure-webhook',
  LOGHANDLER: logging,
  LOGHANDLERTARGET: logging,
}

const off = /^(0|false|no|off)$/i

/** Those that are set, and to something. `FORK_PER_JOB=false` asks for what is so anyway. */
export function foreignVariables(variables: Variables): ForeignVariable[] {
  return Object.entries(withoutEffect).flatMap(([name, why]) => {
    const text = variables[name] ?? ''
    return text === '' || off.test(text) ? [] : [{ name, why }]
  })
}
