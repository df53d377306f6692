import { type DagContext, newDagContext } from '../../../machines/dag.ts'
import type { Failure, FailureAnswer, TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { AskedBy, RunFact } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import { newTaskView, type TaskView } from '../../events/task-view.ts'
import type { Plan } from '../../graph/plan.ts'

type OfType<Type extends RunFact['type']> = Extract<RunFact, { type: Type }>
type TaskFact = Extract<RunFact, { taskId: TaskId }>

/** What a task was doing when the coordinator of its run died. */
export type Standing =
  | 'pending'
  | 'ready'
  /** It had been taken up, and was waiting for a grant. */
  | 'waiting'
  | 'retrying'
  | 'asking'
  /** The question about its failure had been answered, but the answer had not taken effect. */
  | 'decided'
  /** It waited to be told whether it may start, was told yes, or was told no. */
  | 'confirming'
  | 'confirmed'
  | 'declined'
  /** An attempt was live. */
  | 'live'
  /** An attempt was being ended on purpose. */
  | 'stopping'
  /** Its attempt had been abandoned, but the task had not settled yet. */
  | 'abandoned'
  | 'settled'

export interface TaskPast {
  readonly standing: Standing
  readonly view: TaskView
  /** When the fact was told that says what the task was doing: epoch milliseconds. 0 where there is none. */
  readonly toldAt: number
  /** The `seq` of the fact that made it ready, which decides its place in the queue. 0 where it is not ready. */
  readonly readySeq: number
  /** The latest fact that an attempt of it is being ended. */
  readonly stopping: OfType<'task.stopping'> | undefined
  /** The answer to its failure. */
  readonly answer: FailureAnswer | undefined
  /** The JSON that a command wrote, where its output would be spelled in another way. */
  readonly written: string | undefined
  /** How often its attempts were interrupted since the start or the last redrive, the live one included. */
  readonly interruptions: number
  /** True where the latest interruption is the last that was told of it. */
  readonly isInterrupted: boolean
}

/** What the journal of a run whose coordinator died says, apart from the fold. */
export interface RunPast {
  readonly created: OfType<'run.created'>
  readonly startedAt: number | undefined
  /** When its timeout falls: epoch milliseconds, or `Infinity`. */
  readonly until: number
  /** When that was told. */
  readonly untilToldAt: number
  readonly dag: DagContext
  /** The `seq` of the fact that ends it early. */
  readonly endingSeq: number | undefined
  /** The tasks by index. */
  readonly tasks: readonly TaskPast[]
  /** A redrive that was told without all the tasks that it reopens, with the missing ones. */
  readonly reopening: { readonly seq: number; readonly tasks: ReadonlySet<TaskId> } | undefined
  /** The failure in its last fact, if that makes a dead letter. */
  readonly deadLetter: OfType<'task.failed'> | undefined
  /** The failure that ends the run, if the end was not told yet. */
  readonly aborting: { readonly taskId: TaskId; readonly failure: Failure } | undefined
}

/**
 * Reads a journal, of which `view` is the fold. `isChanged` says that the plan is not the one that the run had until now.
 * Throws `RUN_UNKNOWN` for an empty one.
 */
export function pastOf(plan: Plan, facts: readonly RunFact[], view: RunView, isChanged: boolean): RunPast {
  const [created] = facts
  const last = facts.at(-1)
  if (created?.type !== 'run.created' || last === undefined) {
    throw new DagmarError('RUN_UNKNOWN', { message: 'The journal of the run has no beginning.' })
  }
  const read = new Reading(plan)
  for (const fact of facts) read.add(fact)
  if (isChanged) read.judgeReadyAnew()
  const { status: state, ending, reason = '', failure, startedAt, until = Number.POSITIVE_INFINITY } = view
  return {
    created,
    startedAt,
    until,
    untilToldAt: read.untilToldAt,
    dag: {
      ...newDagContext(created.runId),
      state,
      ending,
      reason,
      failure,
      causedBy: read.causedBy,
      endsTeardowns: read.endsTeardowns,
    },
    endingSeq: read.endingSeq,
    tasks: plan.tasks.map(({ id }) => read.task(view.tasks.get(id) ?? newTaskView(id))),
    reopening: read.reopening?.tasks.size === 0 ? undefined : read.reopening,
    deadLetter: last.type === 'task.failed' && last.deadLettered ? last : undefined,
    aborting: read.aborting,
  }
}

/**
 * When a wait is over that a fact told at `toldAt`. It is never longer than it was then: where the clock was set back since,
 * the instant alone would have it wait for as much longer.
 */
export function restOfWait(until: number, toldAt: number, now: number): number {
  return Math.min(until, now + Math.max(0, until - toldAt))
}

/** Collects what the fold does not say. */
class Reading {
  endingSeq: number | undefined
  untilToldAt = 0
  causedBy: TaskId | undefined
  endsTeardowns = false
  aborting: RunPast['aborting']
  reopening: { readonly seq: number; readonly tasks: Set<TaskId> } | undefined
  readonly #plan: Plan
  readonly #last = new Map<TaskId, TaskFact>()
  readonly #readySeq = new Map<TaskId, number>()
  readonly #stopping = new Map<TaskId, OfType<'task.stopping'>>()
  readonly #interruptions = new Map<TaskId, number>()

  constructor(plan: Plan) {
    this.#plan = plan
  }

  add(fact: RunFact): void {
    if (fact.taskId !== undefined) {
      this.#addOfTask(fact)
    } else if (fact.type === 'run.started') {
      this.untilToldAt = fact.at
    } else if (fact.type === 'run.redriven') {
      this.untilToldAt = fact.at
      this.endingSeq = undefined
      this.endsTeardowns = false
      this.causedBy = undefined
      this.aborting = undefined
      this.reopening = { seq: fact.seq, tasks: new Set(fact.tasks) }
    } else if (fact.type === 'run.recovered') {
      if (fact.structure !== undefined) this.judgeReadyAnew()
    } else if (fact.type === 'run.draining') {
      this.endingSeq = fact.seq
    } else if (fact.type === 'run.killing') {
      this.endingSeq = fact.seq
      this.endsTeardowns = fact.endsTeardowns === true
      if (this.endsTeardowns) return
      this.causedBy = fact.ending === 'aborted' ? this.aborting?.taskId : undefined
      this.aborting = undefined
    }
  }

  /** Under another plan, what was only ready, or asked whether it may be, may have to wait. */
  judgeReadyAnew(): void {
    for (const [taskId, fact] of this.#last) {
      const isAsked = fact.type === 'task.asked' && fact.of === 'confirm'
      if (fact.type === 'task.ready' || isAsked || confirmedBy(fact) !== undefined) this.#last.delete(taskId)
    }
  }

  task(view: TaskView): TaskPast {
    const last = this.#last.get(view.id)
    const standing = this.reopening?.tasks.has(view.id) === true ? 'pending' : standingOf(view, last)
    return {
      standing,
      interruptions: (this.#interruptions.get(view.id) ?? 0) + (standing === 'live' ? 1 : 0),
      isInterrupted: last?.type === 'task.interrupted',
      written: last?.type === 'task.completed' ? last.written : undefined,
      view,
      toldAt: last?.at ?? 0,
      readySeq: this.#readySeq.get(view.id) ?? 0,
      stopping: this.#stopping.get(view.id),
      answer: last?.type === 'task.answered' ? (last.answer as FailureAnswer) : undefined,
    }
  }

  #addOfTask(fact: TaskFact): void {
    const { taskId } = fact
    if (fact.type === 'task.failed' && this.#aborts(fact)) {
      this.aborting ??= { taskId, failure: fact.failure }
    } else if (fact.type === 'task.ready') this.#readySeq.set(taskId, fact.seq)
    else if (fact.type === 'task.stopping') this.#stopping.set(taskId, fact)
    else if (fact.type === 'task.redriven') {
      this.reopening?.tasks.delete(taskId)
      this.#interruptions.delete(taskId)
    } else if (fact.type === 'task.interrupted') {
      this.#interruptions.set(taskId, (this.#interruptions.get(taskId) ?? 0) + 1)
    }
    if (standings[fact.type] !== 'as before') this.#last.set(taskId, fact)
  }

  #aborts({ taskId, failure }: OfType<'task.failed'>): boolean {
    const last = this.#last.get(taskId)
    const isAnsweredSo = last?.type === 'task.answered' && last.answer === 'abort'
    const index = this.#plan.indexOf(taskId)
    const onFailure = index === undefined ? undefined : this.#plan.tasks[index]!.policy.onFailure
    return failure.severity === 'critical' || isAnsweredSo || onFailure === 'abort'
  }
}

/** What a task is doing after a fact. After questions and answers, what they say decides. */
const standings: Readonly<Record<TaskFact['type'], Standing | 'as before'>> = {
  'task.redriven': 'pending',
  'task.ready': 'ready',
  'task.retrying': 'retrying',
  'task.deferred': 'waiting',
  'dispatch.no-agent': 'waiting',
  'dispatch.quota-exceeded': 'waiting',
  'dispatch.claim-failed': 'waiting',
  'task.claimed': 'waiting',
  'task.interrupted': 'waiting',
  'task.dispatched': 'live',
  'task.starting': 'live',
  'task.started': 'live',
  'task.stalled': 'live',
  'task.unstalled': 'live',
  'task.asked': 'live',
  'task.answered': 'live',
  'task.stopping': 'stopping',
  'task.abandoned': 'abandoned',
  'task.placed': 'as before',
  'task.warned': 'as before',
  'task.dead-lettered': 'as before',
  'task.completed': 'settled',
  'task.failed': 'settled',
  'task.killed': 'settled',
  'task.skipped': 'settled',
}

const asking: Readonly<Record<AskedBy, Standing>> = {
  handler: 'live',
  failure: 'asking',
  confirm: 'confirming',
}

/** What the answer to a task that asks whether it may start makes of it. No other question takes such an answer so early. */
function confirmedBy(fact: TaskFact): 'confirmed' | 'declined' | undefined {
  if (fact.type !== 'task.answered' || fact.attempt > 0) return undefined
  if (fact.answer === 'yes') return 'confirmed'
  return fact.answer === 'no' ? 'declined' : undefined
}

function standingOf({ status, outcome }: TaskView, last: TaskFact | undefined): Standing {
  if (outcome !== undefined) return 'settled'
  if (last === undefined) return 'pending'
  if (last.type === 'task.asked') return asking[last.of]
  if (last.type === 'task.answered' && status === 'dispatched') {
    const confirmed = confirmedBy(last)
    if (confirmed !== undefined) return confirmed
    return last.answer === 'retry' ? 'waiting' : 'decided'
  }
  if ('dispatchAttempt' in last && 'until' in last) return 'retrying'
  const standing = standings[last.type]
  return standing === 'as before' || standing === 'settled' ? 'live' : standing
}
