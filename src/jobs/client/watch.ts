import { Observable, type Subscriber } from 'rxjs'
import type { Request } from '../protocol/messages.ts'
import type { SupervisorLink, Watcher } from './supervisor-link.ts'

/** One subscription: what it asks for, anew after each lost connection, and what it makes of what it is told. */
export interface Watching<Value> {
  readonly request: () => Request
  readonly take: (message: Parameters<Watcher['take']>[0], subscriber: Subscriber<Value>) => void
}

/** Watches from subscription on, over lost connections and new supervisors. */
export function watch<Value>(link: SupervisorLink, begin: () => Watching<Value>): Observable<Value> {
  return new Observable((subscriber) => {
    const { request, take } = begin()
    let stop: (() => void) | undefined
    const ask = async (): Promise<void> => {
      try {
        stop = await link.watch(request(), {
          take: (message) => {
            if ('end' in message) subscriber.complete()
            else take(message, subscriber)
          },
          failed: (reason) => subscriber.error(reason),
          lost: () => {
            if (link.isClosed) subscriber.complete()
            else if (!subscriber.closed) void ask()
          },
        })
        if (subscriber.closed) stop()
      } catch (thrown) {
        if (link.isClosed) subscriber.complete()
        else subscriber.error(thrown)
      }
    }
    void ask()
    return () => stop?.()
  })
}
