// resque doctor: examines all that Redis holds of Resque, explains what is wrong, and puts it right with --fix.

import { type Command, Option } from 'commander'
import { type Diagnosis, examine } from '../../doctor/doctor.ts'
import type { DoctorProgress, Finding } from '../../doctor/examination.ts'
import { ConfigurationError } from '../../errors.ts'
import type { CliContext } from '../context.ts'
import { counted, printable } from '../output.ts'
import { saysYes } from './ask.ts'
import { addCommand, answer, type Session } from './session.ts'

const about = `It reads in small steps, beside whatever else is going on. Without --fix nothing is written. Each repair
looks once more and writes in one step, so it may run while jobs move.

Exit code: 0 when nothing is wrong or all was repaired, 1 when problems remain, 2 for wrong usage.`

const clearLine = '\r\u001b[2K'

/** Progress on stderr, for a person. */
function teller({ context: { stderr } }: Session): {
  onProgress: (progress: DoctorProgress) => void
  end: () => void
} {
  if (!stderr.isTTY) return { onProgress: () => undefined, end: () => undefined }
  let steps = 0
  return {
    onProgress: ({ step, keys, jobs }) => {
      if (steps++ % 20 > 0) return
      stderr.write(`${clearLine}${step}: ${counted(keys, 'key')}, ${counted(jobs, 'job')} so far`)
    },
    end: () => stderr.write(clearLine),
  }
}

async function examined(session: Session, fix: boolean): Promise<Diagnosis> {
  const { onProgress, end } = teller(session)
  try {
    const signal = session.context.signal
    return await examine(session.resque, { fix, onProgress, ...(signal === undefined ? {} : { signal }) })
  } finally {
    end()
  }
}

function countText({ count, repaired }: Finding): string {
  if (repaired === 0) return count.toLocaleString('en-US')
  return `${count.toLocaleString('en-US')}, ${repaired >= count ? 'all' : repaired} repaired`
}

function tellFinding({ stdout, paint }: Session, finding: Finding, fixing: boolean): void {
  const { code, what, why, repair, fixable, examples } = finding
  const isLeft = finding.repaired < finding.count
  stdout.write(`${paint(isLeft ? 'red' : 'green', code)} (${countText(finding)}): ${what}\n`)
  stdout.write(`  ${why}\n`)
  const how = fixable ? (fixing ? 'repair: ' : 'resque doctor --fix: ') : 'by hand: '
  stdout.write(`  ${how}${repair}\n`)
  for (const example of examples) stdout.write(paint('dim', `    ${printable(example)}\n`))
  stdout.write('\n')
}

function tell(session: Session, { findings, keys, jobs, healthy }: Diagnosis, fixing: boolean): void {
  const { stdout, paint } = session
  for (const finding of findings) tellFinding(session, finding, fixing)
  const looked = `looked at ${counted(keys, 'key')} and ${counted(jobs, 'job')}`
  const problems = counted(findings.filter(({ count, repaired }) => repaired < count).length, 'kind')
  const sum =
    findings.length === 0 ? 'nothing is wrong' : healthy ? 'all was repaired' : `${problems} of problems`
  stdout.write(`${paint(healthy ? 'green' : 'red', sum)}; ${looked}\n`)
}

function repairable({ findings }: Diagnosis): number {
  return findings.filter(({ fixable }) => fixable).reduce((sum, { count }) => sum + count, 0)
}

function finish(session: Session, diagnosis: Diagnosis, fixing: boolean): number {
  answer(session, diagnosis, () => tell(session, diagnosis, fixing))
  return diagnosis.healthy ? 0 : 1
}

/** Without --yes a person sees what is wrong, and is asked. */
async function asked(session: Session): Promise<number> {
  if (session.json) throw new ConfigurationError('--fix with --json asks nobody: give --yes as well.')
  const found = await examined(session, false)
  if (repairable(found) === 0) return finish(session, found, true)
  tell(session, found, false)
  const question = `Repair ${counted(repairable(found), 'thing')} now?`
  if (!(await saysYes(session.context, question))) return 1
  return finish(session, await examined(session, true), true)
}

async function run(session: Session): Promise<number> {
  const { fix, yes } = session.flags
  if (yes === true && fix !== true) throw new ConfigurationError('--yes is for --fix: give both, or none.')
  if (fix === true && yes !== true) return asked(session)
  return finish(session, await examined(session, fix === true), fix === true)
}

export function addDoctor(program: Command, context: CliContext): void {
  addCommand(program, context, {
    usage: 'doctor',
    description: 'finds what is wrong in Redis, explains it, and repairs it',
    after: about,
    options: [
      new Option('--fix', 'repair what can be repaired'),
      new Option('-y, --yes', 'with --fix: do not ask'),
    ],
    run,
  })
}
