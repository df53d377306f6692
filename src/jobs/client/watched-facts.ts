import type { Observable } from 'rxjs'
import { type Fact, isRunFact } from '../../events/facts.ts'
import type { SupervisorLink } from './supervisor-link.ts'
import { watch } from './watch.ts'

/** The facts of a job, over lost connections: each run fact once, in order. */
export function watchedFacts(link: SupervisorLink, id: string, from: number): Observable<Fact> {
  return watch(link, () => {
    let next = Math.max(1, from)
    return {
      request: () => ({ verb: 'watch-facts', id, from: next }),
      take: (message, subscriber) => {
        if (!('facts' in message)) return
        for (const fact of message.facts) {
          if (isRunFact(fact)) {
            if (fact.seq < next) continue
            next = fact.seq + 1
          }
          subscriber.next(fact)
        }
      },
    }
  })
}
