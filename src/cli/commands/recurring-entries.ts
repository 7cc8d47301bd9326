// How the commands of `resque recurring` find entries.

import type { RecurringEntry } from '../../client/recurring-entry.ts'
import type { RecurringJobs } from '../../client/recurring-jobs.ts'
import { didYouMean } from '../../nearest.ts'
import { readFlags } from '../flags.ts'
import { notFound, type Session } from './session.ts'

/** The entries of the application that --app-name names. */
export function entriesOf({ resque, command, context }: Session): RecurringJobs {
  return resque.recurringOf(readFlags(command, ['appName'], context).appName)
}

/** Acts on the entry that the first word names; when there is none, says so and resolves to 1. */
export async function withEntry(
  session: Session,
  act: (entry: RecurringEntry, entries: RecurringJobs) => Promise<void>,
): Promise<number> {
  const name = session.args[0] ?? ''
  const entries = entriesOf(session)
  const entry = await entries.get(name)
  if (entry === null) {
    const names = (await entries.list()).map((each) => each.name)
    const guess =
      didYouMean(name, names) || ' Entries of a file are known once a scheduler leads that has read it.'
    return notFound(session, `there is no recurring entry "${name}".${guess}`)
  }
  await act(entry, entries)
  return 0
}
