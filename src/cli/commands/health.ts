// resque health: whether delayed and recurring jobs run as they should, as words and as an exit code.

import type { Command } from 'commander'
import type { HealthCheck } from '../../http/checks.ts'
import { checkHealth } from '../../http/health.ts'
import type { CliContext } from '../context.ts'
import { addFlags, readFlags } from '../flags.ts'
import { printable } from '../output.ts'
import { addCommand, answer, type Session } from './session.ts'

const unhealthy = 1
const settings = ['maxLagSeconds', 'appName'] as const

function line({ paint }: Session, { name, ok, why }: HealthCheck): string {
  return `${ok ? paint('green', 'ok  ') : paint('red', 'BAD ')}  ${name.padEnd(9)}  ${printable(why)}\n`
}

async function health(session: Session): Promise<number> {
  const { appName, maxLagSeconds } = readFlags(session.command, settings, session.context)
  const report = await checkHealth(session.resque, { maxLagSeconds, appNames: [appName] })
  answer(session, report, () => {
    for (const check of report.checks) session.stdout.write(line(session, check))
    session.stdout.write(report.healthy ? 'healthy\n' : 'unhealthy\n')
  })
  return report.healthy ? 0 : unhealthy
}

const after = `It asks Redis only, so it tells the truth when no scheduler runs at all.

Exit codes: 0 healthy, 1 unhealthy (also when Redis cannot be reached), 2 wrong usage.`

export function addHealth(program: Command, context: CliContext): void {
  const command = addCommand(program, context, {
    usage: 'health',
    description: 'whether delayed and recurring jobs run as they should, by exit code',
    after,
    run: health,
  })
  addFlags(command, settings)
}
