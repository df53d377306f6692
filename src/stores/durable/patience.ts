/** How long nobody is asked again who was busy. Milliseconds. */
const pauseMs = 5

/** Does it until it is done, while it fails for a reason that passes. Blocks the thread. Throws what it threw last. */
export function untilDone<Done>(
  patienceMs: number,
  passes: (thrown: unknown) => boolean,
  act: () => Done,
): Done {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      return act()
    } catch (thrown) {
      if (!passes(thrown) || performance.now() >= end) throw thrown
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}

/** As `untilDone`, and the thread goes on meanwhile. */
export async function whenDone<Done>(
  patienceMs: number,
  passes: (thrown: unknown) => boolean,
  act: () => Done,
): Promise<Done> {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      return act()
    } catch (thrown) {
      if (!passes(thrown) || performance.now() >= end) throw thrown
      await new Promise((resolve) => {
        setTimeout(resolve, pauseMs)
      })
    }
  }
}
