import { thrownText } from '../../errors/foreign-value.ts'
import type { Failure, Outcome } from '../../../machines/outcome.ts'
import { foreign } from '../../executors/foreign-call.ts'
import type { Plan } from '../../graph/plan.ts'
import { countsAs } from '../../graph/rules.ts'
import { Deadlines } from '../../scheduling/deadlines.ts'
import { Frontier } from '../../scheduling/frontier.ts'
import { ReadyQueue } from '../../scheduling/ready-queue.ts'
import type { Lane } from '../admission/lane.ts'

/** What the books of a redriven or recovered run go on from. */
export interface BooksBefore {
  readonly outcomes: readonly (Outcome | undefined)[]
  readonly attempts: Int32Array
  /** The settled tasks that are to be open again. */
  readonly again: ReadonlySet<number>
  /**
   * The tasks that are not settled, but whose rule has been met: they are ready, or have been taken up. @default none
   */
  readonly begun?: readonly number[]
  /** True for a run that is being ended early. @default false */
  readonly isEnding?: boolean
}

/** The counts and lists of one life of a run, from its start or a redrive until it settles. */
export class RunBooks {
  readonly frontier: Frontier
  readonly queue: ReadyQueue
  readonly lanes: readonly Lane[]
  /** Keyed by task index, and by `runKey` for the run's own timeout. */
  readonly deadlines: Deadlines
  readonly runKey: number
  readonly outcomes: (Outcome | undefined)[]
  /** The number of the latest attempt of each task that has no actor. */
  readonly attempts: Int32Array
  /** The `seq` of the fact that made each task ready. */
  readonly lastSeq: Int32Array
  /** The tasks whose rule function threw, with the failure. */
  readonly ruleFailures = new Map<number, Failure>()
  /** For a redriven or recovered run: the tasks whose rule is met by tasks that stay settled. */
  readonly openAtStart: number[] = []
  /** For a redriven or recovered run: the open tasks whose rule the settled ones make impossible. */
  readonly doomedAtStart: number[] = []
  /** Teardowns of a run that is ended early that were to be queued before all that they need had ended. */
  readonly postponed = new Set<number>()
  /** The tasks that wait to be told whether they may start. */
  readonly asked = new Set<number>()
  /** The tasks that were told that they may. */
  readonly confirmed = new Set<number>()
  unsettled: number
  /** True once the dag actor has been told that every task is settled. */
  hasAnnounced = false
  /** How many settled tasks make the run fail. */
  failing = 0
  readonly #plan: Plan

  constructor(
    plan: Plan,
    own: {
      readonly lanes: readonly Lane[]
      readonly laneOf: Int32Array
      readonly rank: Int32Array
      readonly now: () => number
    },
    before?: BooksBefore,
  ) {
    const size = plan.tasks.length
    this.#plan = plan
    this.runKey = size
    this.attempts = before?.attempts ?? new Int32Array(size)
    this.lastSeq = new Int32Array(size)
    this.outcomes = Array.from({ length: size }, () => undefined)
    this.unsettled = size
    this.deadlines = new Deadlines(size + 1)
    this.lanes = own.lanes
    this.queue = new ReadyQueue(own.laneOf, own.lanes.length, own.rank)
    this.frontier = new Frontier(plan.tasks, (index) => this.#decide(index, own.now()))
    if (before !== undefined) this.#keep(before)
  }

  settle(index: number, outcome: Outcome): void {
    this.outcomes[index] = outcome
    this.unsettled--
    if (this.asked.delete(index)) this.deadlines.set(index, Number.POSITIVE_INFINITY)
    if (this.#makesRunFail(index, outcome)) this.failing++
  }

  /** The outcomes of the task's settled dependencies, by id. */
  dependencies(index: number): Readonly<Record<string, Outcome>> {
    const outcomes: Record<string, Outcome> = {}
    for (const dependency of this.#plan.tasks[index]!.needs) {
      const outcome = this.outcomes[dependency]
      if (outcome !== undefined) outcomes[this.#plan.tasks[dependency]!.id] = outcome
    }
    return outcomes
  }

  /**
   * Begins with the tasks that stay settled. A task that should be open again, but whose rule those tasks make
   * impossible, stays skipped.
   */
  #keep({ outcomes, again, begun = [], isEnding = false }: BooksBefore): void {
    this.frontier.isPatient = isEnding
    const kept: number[] = []
    for (const index of begun) this.frontier.close(index)
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome === undefined || again.has(index)) continue
      this.frontier.close(index)
      kept.push(index)
    }
    for (let next = 0; next < kept.length; next++) {
      const index = kept[next]!
      const outcome = outcomes[index]!
      this.settle(index, outcome)
      const { ready, doomed } = this.frontier.settle(index, countsAs(outcome))
      this.openAtStart.push(...ready)
      for (const dependent of doomed) {
        if (outcomes[dependent] === undefined) this.doomedAtStart.push(dependent)
        else kept.push(dependent)
      }
    }
  }

  #makesRunFail(index: number, outcome: Outcome): boolean {
    if (outcome.status === 'failed') return !outcome.ignored
    return outcome.status === 'killed' && this.#plan.tasks[index]!.policy.onFailure !== 'ignore'
  }

  #decide(index: number, at: number): boolean {
    const { rule } = this.#plan.tasks[index]!
    if (typeof rule !== 'function') return true
    let message = 'The rule gave a promise, but a rule has to answer at once: true or false.'
    try {
      const answer = rule(this.dependencies(index))
      if (!foreign.isThenable(answer)) return answer
      // Nobody waits for it: what it rejects with must not end the process.
      Promise.resolve(answer).catch(() => undefined)
    } catch (thrown) {
      message = `The rule threw: ${thrownText(thrown)}`
    }
    const { severity } = this.#plan.tasks[index]!.policy
    this.ruleFailures.set(index, { code: 'RULE_THREW', message, severity, retryable: false, at })
    return false
  }
}
