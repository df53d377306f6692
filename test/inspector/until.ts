/** Waits for what comes over a real socket, turn by turn of the event loop. */
export async function until(isSo: () => boolean, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`after ${withinMs} ms it is still not so: ${String(isSo)}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
  }
}
