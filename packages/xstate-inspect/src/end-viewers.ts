import type { WebSocket } from 'ws'

/** The close code of a server that goes away. */
const goingAway = 1001
/** How long a viewer has to read what is left. */
const graceMs = 1_000

/** Ends connections once their viewers have read what they were told; one that does not read is cut off. */
export async function endViewers(viewers: Iterable<WebSocket>): Promise<void> {
  await Promise.all([...viewers].map(ended))
}

function ended(viewer: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (viewer.readyState === viewer.CLOSED) return resolve()
    const cutOff = setTimeout(() => viewer.terminate(), graceMs)
    viewer.once('close', () => {
      clearTimeout(cutOff)
      resolve()
    })
    viewer.close(goingAway, 'the bridge has ended')
  })
}
