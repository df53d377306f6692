/**
 * Calls it after a whole look of the event loop at files and pipes. A timer of a process that was busy or stopped fires
 * before what has come meanwhile is read: who judges something by its silence has to listen first.
 */
export function afterPoll(act: () => void): void {
  setImmediate(() => setImmediate(act))
}
