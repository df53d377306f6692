import { Observable } from 'rxjs'
import type { Failure, TaskId } from '../../../machines/outcome.ts'
import type { AllFacts } from '../../events/all-facts.ts'
import { endsAttempt } from '../../events/fact-log.ts'
import { type AskedBy, type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import { askedBy } from '../../events/task-view.ts'
import type { Run } from '../run/run.ts'

/** A question that waits for the `answer` of its run. */
export interface OpenQuestion {
  readonly runId: string
  readonly taskId: TaskId
  /** Whether a handler asks, or it is asked what to do about a failure, or whether the task may start. */
  readonly of: AskedBy
  readonly question: string
  /** What went wrong, where it is asked what to do about that. */
  readonly failure: Failure | undefined
  /** When it waits no longer, in epoch milliseconds, and what counts as its answer then. Undefined without a limit. */
  readonly until: number | undefined
  readonly defaultAnswer: unknown
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
  return [...tasks.values()].flatMap((task) =>
    task.questions.map((question, place) => {
      const { id: taskId, questionLimits } = task
      const { until, defaultAnswer } = questionLimits?.[place] ?? {}
      const of = askedBy(task)
      // Elsewhere the failure is that of an earlier attempt.
      const failure = of === 'failure' ? task.failure : undefined
      return { runId, taskId, of, question, failure, until, defaultAnswer }
    }),
  )
}

/** The same list where nothing changes. */
function openAfter(open: readonly OpenQuestion[], fact: RunFact): readonly OpenQuestion[] {
  const { type, runId, taskId } = fact
  const isOwn = (one: OpenQuestion): boolean => one.runId === runId && one.taskId === taskId
  if (type === 'task.answered') {
    const answered = open.filter(isOwn)[fact.place ?? 0]
    return open.filter((one) => one !== answered)
  }
  const isOver = endsAttempt(fact) || type === 'task.stopping' || type === 'task.skipped'
  const left = isOver && open.some(isOwn) ? open.filter((one) => !isOwn(one)) : open
  if (type !== 'task.asked') return left
  const { of, question, failure, until, defaultAnswer } = fact
  // A recovered run asks again.
  const others = of === 'handler' ? left : left.filter((one) => !isOwn(one))
  return [...others, { runId, taskId: fact.taskId, of, question, failure, until, defaultAnswer }]
}
