import type { Failure, Outcome, TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { RunFact } from '../../events/facts.ts'
import { taskAfter } from '../../events/task-after.ts'
import { newTaskView, type TaskStatus, type TaskView } from '../../events/task-view.ts'
import { didYouMean } from '../../graph/read-values.ts'
import { type FactSource, factsOf } from './facts-of.ts'
import { endsAttempt } from './attempts-of.ts'
import { storyOf } from './story.ts'

/** One attempt, from its grant to the fact that ended it. Instants in epoch milliseconds. */
export interface TracedAttempt {
  readonly taskId: TaskId
  readonly attempt: number
  /** When it was granted its slot, and the `seq` of that. */
  readonly grantedAt: number
  readonly grantedSeq: number
  /** When its executor reported the start; undefined where it never did. */
  readonly startedAt: number | undefined
  /** When it ended, and the `seq` of that; undefined while it is live. */
  readonly endedAt: number | undefined
  readonly endedSeq: number | undefined
  /**
   * How it ended. `retrying`: another one follows. `asked`: a person decides. `deferred`: its executor took it back.
   * `interrupted`: its coordinator died.
   */
  readonly end:
    | 'completed'
    | 'failed'
    | 'killed'
    | 'retrying'
    | 'asked'
    | 'deferred'
    | 'interrupted'
    | undefined
  readonly failure: Failure | undefined
}

/**
 * What the facts of one run say, for assertions. Its functions throw `TASK_UNKNOWN` for a task that the run does not
 * have.
 */
export interface Trace {
  readonly runId: string
  readonly facts: readonly RunFact[]
  /** The tasks in the order in which they first started. */
  readonly order: readonly TaskId[]
  /** The tasks in the order in which they settled; for a redriven task, its last settlement counts. */
  readonly settled: readonly TaskId[]
  /** Every attempt of every task, in the order of their starts. */
  readonly timeline: readonly TracedAttempt[]
  /** The facts of a task. */
  readonly task: (taskId: TaskId) => readonly RunFact[]
  readonly attempts: (taskId: TaskId) => readonly TracedAttempt[]
  /** The status of a task right after the fact `seq`; by default at the end. */
  readonly status: (taskId: TaskId, seq?: number) => TaskStatus
  /** How a task settled; undefined where it has not. */
  readonly outcome: (taskId: TaskId) => Outcome | undefined
  /** True when attempts of both tasks were live at the same time. */
  readonly overlap: (one: TaskId, other: TaskId) => boolean
  /** The facts of a task, or without an id those of the run, as lines. Instants are counted from the first fact. */
  readonly story: (taskId?: TaskId) => readonly string[]
}

/**
 * Reads a run, settled or not, from its facts (collected from `run.events$`, a journal, `run.story(taskId)`) or from
 * its handle.
 */
export function trace(source: FactSource): Trace {
  const facts = factsOf(source)
  const runId = oneRun(facts)
  const known = new Set(facts.flatMap(idsIn))
  const timeline = attemptsIn(facts)
  const knowing = <Asked>(taskId: TaskId, answer: () => Asked): Asked => {
    if (known.has(taskId)) return answer()
    throw new DagmarError('TASK_UNKNOWN', {
      message: `The run ${runId} has no task '${taskId}'.${didYouMean(taskId, known)}`,
      facts: { runId, taskId },
    })
  }
  const view = (taskId: TaskId, seq: number): TaskView => {
    let task = newTaskView(taskId)
    for (const fact of facts) if (fact.taskId === taskId && fact.seq <= seq) task = taskAfter(task, fact)
    return task
  }
  const attempts = (taskId: TaskId) =>
    knowing(taskId, () => timeline.filter((attempt) => attempt.taskId === taskId))
  return {
    runId,
    facts,
    order: [...new Set(timeline.map(({ taskId }) => taskId))],
    settled: settledIn(facts),
    timeline,
    task: (taskId) => knowing(taskId, () => facts.filter((fact) => fact.taskId === taskId)),
    attempts,
    status: (taskId, seq = Number.POSITIVE_INFINITY) => knowing(taskId, () => view(taskId, seq).status),
    outcome: (taskId) => knowing(taskId, () => view(taskId, Number.POSITIVE_INFINITY).outcome),
    overlap: (one, other) => {
      const others = attempts(other)
      return attempts(one).some((a) => others.some((b) => areLiveAtOnce(a, b)))
    },
    story: (taskId) =>
      taskId === undefined ? storyOf(facts, undefined) : knowing(taskId, () => storyOf(facts, taskId)),
  }
}

function oneRun(facts: readonly RunFact[]): string {
  const runs = [...new Set(facts.map(({ runId }) => runId))]
  const [runId] = runs
  if (runId !== undefined && runs.length === 1) return runId
  throw new DagmarError('CONFIG_INVALID', {
    message:
      runId === undefined
        ? 'There are no run facts to trace.'
        : `These are facts of ${runs.length} runs: ${runs.join(', ')}.`,
    hint: 'Give trace() the facts of one run: subscribe to its events$ in the turn that dispatches it.',
  })
}

function idsIn(fact: RunFact): readonly TaskId[] {
  if (fact.type === 'run.created') return fact.structure.map(({ id }) => id)
  return fact.taskId === undefined ? [] : [fact.taskId]
}

const settling: ReadonlySet<RunFact['type']> = new Set([
  'task.completed',
  'task.failed',
  'task.killed',
  'task.skipped',
])

function settledIn(facts: readonly RunFact[]): readonly TaskId[] {
  const settled = new Set<TaskId>()
  for (const { type, taskId } of facts) {
    if (taskId === undefined) continue
    if (type === 'task.redriven') settled.delete(taskId)
    else if (settling.has(type)) settled.add(taskId)
  }
  return [...settled]
}

type Draft = { -readonly [Field in keyof TracedAttempt]: TracedAttempt[Field] }

function attemptsIn(facts: readonly RunFact[]): readonly TracedAttempt[] {
  const attempts: Draft[] = []
  const live = new Map<TaskId, Draft>()
  for (const fact of facts) {
    if (fact.type === 'task.dispatched') {
      const { taskId, attempt, at, seq } = fact
      const begun: Draft = {
        taskId,
        attempt,
        grantedAt: at,
        grantedSeq: seq,
        startedAt: undefined,
        endedAt: undefined,
        endedSeq: undefined,
        end: undefined,
        failure: undefined,
      }
      attempts.push(begun)
      live.set(taskId, begun)
      continue
    }
    const own = fact.taskId === undefined ? undefined : live.get(fact.taskId)
    if (own === undefined) continue
    if (fact.type === 'task.started') own.startedAt = fact.at
    if (!endsAttempt(fact)) continue
    own.endedAt = fact.at
    own.endedSeq = fact.seq
    own.end = fact.type.slice('task.'.length) as Exclude<TracedAttempt['end'], undefined>
    if ('failure' in fact) own.failure = fact.failure
    live.delete(own.taskId)
  }
  return attempts
}

function areLiveAtOnce(a: TracedAttempt, b: TracedAttempt): boolean {
  const endOf = ({ endedSeq }: TracedAttempt): number => endedSeq ?? Number.POSITIVE_INFINITY
  return a.grantedSeq < endOf(b) && b.grantedSeq < endOf(a)
}
