import { isolatedInspector } from './isolated-inspector.ts'
import type { InnerSystem } from './xstate-insides.ts'

/** Whether anybody inspects an actor system. */
export interface Watch {
  inspectors: number
}

const watches = new WeakMap<InnerSystem, Watch>()

/**
 * Counts the inspectors that come and go from the first call on, since XState itself does not say whether there are any,
 * and isolates them.
 */
export function watchOf(system: InnerSystem): Watch {
  const known = watches.get(system)
  if (known !== undefined) return known
  const watch: Watch = { inspectors: 0 }
  watches.set(system, watch)
  const { inspect } = system
  system.inspect = (observer) => {
    const inspection = inspect(isolatedInspector(observer))
    watch.inspectors++
    let isOn = true
    return {
      unsubscribe: () => {
        if (isOn) watch.inspectors--
        isOn = false
        inspection.unsubscribe()
      },
    }
  }
  return watch
}
