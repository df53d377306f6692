/** Returns false where there is nothing to signal. A negative number means the group. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name)
    return true
  } catch (thrown) {
    // EPERM: it is there, and out of reach.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}

/** Whether the group of a reaped leader has members. A number that was given out again is somebody else's. */
export function hasGroup(leader: number): boolean {
  return signal(-leader, 0) && !signal(leader, 0)
}
