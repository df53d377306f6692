import { Observable } from 'rxjs'
import { type Fact, isRunFact } from '../../events/facts.ts'
import type { Request } from '../protocol/messages.ts'
import type { SupervisorLink } from './supervisor-link.ts'

/** The facts of a job, over lost connections: each run fact once, in order. */
export function watched(
  link: SupervisorLink,
  request: Extract<Request, { verb: 'watch-facts' }>,
  from: number,
): Observable<Fact> {
  return new Observable((subscriber) => {
    let next = Math.max(1, from)
    let stop = (): void => undefined
    const watch = async (): Promise<void> => {
      stop = await link.watch(
        { ...request, from: next },
        {
          take: (message) => {
            if ('end' in message) subscriber.complete()
            if (!('facts' in message)) return
            for (const fact of message.facts) {
              if (isRunFact(fact)) {
                if (fact.seq < next) continue
                next = fact.seq + 1
              }
              subscriber.next(fact)
            }
          },
          lost: () => {
            if (link.isClosed) subscriber.complete()
            else if (!subscriber.closed) again()
          },
        },
      )
      if (subscriber.closed) stop()
    }
    const again = (): void => void watch().catch((thrown: unknown) => subscriber.error(thrown))
    again()
    return () => stop()
  })
}
