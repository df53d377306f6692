import type { Subscriber } from 'rxjs'
import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact, RunFact } from '../../events/facts.ts'
import type { FactLog } from '../../events/fact-log.ts'
import type { Store } from '../../ports/store.ts'

/** How many facts are read from a store at once. */
const page = 1_000

/**
 * Tells the facts from `seq` on that the log holds no more, from the store. Returns the `seq` from which the log has to go
 * on: earlier than what it holds where the store has not all of them.
 */
async function tellFrom(
  store: Store,
  { runId, log }: { readonly runId: string; readonly log: FactLog },
  seq: number,
  tell: (fact: RunFact) => boolean,
): Promise<number> {
  let next = seq
  while (next < log.firstSeq) {
    const facts = await store.read(runId, { from: next, limit: Math.min(page, log.firstSeq - next) })
    for (const fact of facts) if (!tell(fact)) return next
    if (facts.length === 0) break
    next += facts.length
  }
  return next
}

/** Goes through the facts that only the store has, and then on with those of the log. */
export function replayFrom(
  store: Store,
  run: { readonly runId: string; readonly log: FactLog },
  seq: number,
  subscriber: Subscriber<Fact>,
): void {
  const tell = (fact: RunFact): boolean => {
    subscriber.next(fact)
    return !subscriber.closed
  }
  const goOn = (next: number): void => {
    if (!subscriber.closed) subscriber.add(run.log.from(next, undefined, false).subscribe(subscriber))
  }
  // What cannot be read is missing, as `stream.lagged` says.
  void tellFrom(store, run, seq, tell).then(goOn, () => goOn(seq))
}

/** All facts about a task, from the store where the log has not all of them. Rejects where the store cannot be read. */
export async function wholeStory(
  store: Store | undefined,
  run: { readonly runId: string; readonly log: FactLog },
  taskId: TaskId,
): Promise<readonly RunFact[]> {
  const facts: RunFact[] = []
  const tell = (fact: RunFact): boolean => {
    facts.push(fact)
    return true
  }
  const from = store === undefined ? run.log.firstSeq : await tellFrom(store, run, 1, tell)
  for (const fact of run.log.held()) if (fact.seq >= from) facts.push(fact)
  return facts.filter((fact) => fact.taskId === taskId)
}
