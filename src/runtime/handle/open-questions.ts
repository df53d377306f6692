import { Observable } from 'rxjs'
import type { Failure, TaskId } from '../../../machines/outcome.ts'
import type { AllFacts } from '../../events/all-facts.ts'
import { endsAttempt } from '../../events/fact-log.ts'
import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import type { Run } from '../run/run.ts'

/** A question that waits for the `answer` of its run. */
export interface OpenQuestion {
  readonly runId: string
  readonly taskId: TaskId
  /** Whether a handler asks, or it is asked what to do about a failure. */
  readonly of: 'handler' | 'failure'
  readonly question: string
  /** What went wrong, where it is asked what to do about that. */
  readonly failure: Failure | undefined
}

/**
 * What is open now, and again after each change. `runs` are those that are not settled. To be subscribed to while no fact
 * is being told, which would be in their views and come again.
 */
export function openQuestions(
  facts: AllFacts,
  runs: ReadonlyMap<string, Run>,
): Observable<readonly OpenQuestion[]> {
  return new Observable((subscriber) => {
    let open: readonly OpenQuestion[] = [...runs.values()].flatMap(({ log }) => questionsIn(log.view()))
    const next = (fact: Fact): void => {
      const before = open
      if (isRunFact(fact)) open = openAfter(open, fact)
      if (open !== before) subscriber.next(open)
    }
    subscriber.add(facts.events$.subscribe({ next, complete: () => subscriber.complete() }))
    subscriber.next(open)
  })
}

function questionsIn({ runId, tasks }: RunView): OpenQuestion[] {
  return [...tasks.values()].flatMap(({ id: taskId, status, questions, failure }) =>
    questions.map((question) =>
      // Elsewhere the failure is that of an earlier attempt.
      status === 'dispatched'
        ? { runId, taskId, of: 'failure', question, failure }
        : { runId, taskId, of: 'handler', question, failure: undefined },
    ),
  )
}

/** The same list where nothing changes. */
function openAfter(open: readonly OpenQuestion[], fact: RunFact): readonly OpenQuestion[] {
  const { type, runId, taskId } = fact
  const isOwn = (one: OpenQuestion): boolean => one.runId === runId && one.taskId === taskId
  if (type === 'task.answered') return open.filter((one) => one !== open.find(isOwn))
  const isOver = endsAttempt(fact) || type === 'task.stopping'
  const left = isOver && open.some(isOwn) ? open.filter((one) => !isOwn(one)) : open
  if (type !== 'task.asked') return left
  const { of, question, failure } = fact
  return [...left, { runId, taskId: fact.taskId, of, question, failure }]
}
