import type { InspectionEvent, Observer } from 'xstate'
import { hostOf } from './actor-host.ts'

export type Inspector = Observer<InspectionEvent> | ((event: InspectionEvent) => void)

/**
 * An inspector that cannot harm what it looks at: XState would let what it throws end the actor that it is shown. That it
 * threw is told once, as `observer.failed` of the run that it is shown next.
 */
export function isolatedInspector(inspector: Inspector): Observer<InspectionEvent> {
  const observer = typeof inspector === 'function' ? { next: inspector } : inspector
  let failed: { readonly thrown: unknown } | undefined
  let isTold = false
  const fail = (thrown: unknown): void => {
    failed ??= { thrown }
  }
  return {
    next: (event) => {
      try {
        const returned: unknown = observer.next?.(event)
        if (returned instanceof Promise) returned.catch(fail)
      } catch (thrown) {
        fail(thrown)
      }
      if (failed === undefined || isTold) return
      isTold = hostOf(event.actorRef)?.inspectorFailed?.(failed.thrown) === true
    },
  }
}
