/**
 * Calls `act` after the event loop has once read all files and pipes. In a process that was busy or stopped, timers
 * fire before the data that has arrived meanwhile is read: before something is judged by its silence, it must be read.
 */
export function afterPoll(act: () => void): void {
  setImmediate(() => setImmediate(act))
}
