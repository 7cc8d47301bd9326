// A job's process leads a group: what the job has started is in it, and goes with it.

/** Kills all processes of a group. False when there is none any more. @param leaderPid as its leader was called */
export function killGroup(leaderPid: number): boolean {
  try {
    return process.kill(-leaderPid, 'SIGKILL')
  } catch {
    return false
  }
}
