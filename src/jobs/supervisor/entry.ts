import type { Subscription } from 'rxjs'
import type { AskedBy } from '../../events/facts.ts'
import type { RunView } from '../../events/fold.ts'
import { type AnswersAhead, answersFrom } from '../../plan-file/answers-ahead.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { JobSpec } from '../spec.ts'
import type { Known, Placeless } from './summary-of.ts'
import { runSummary, waitingSummary } from './summary-of.ts'

/** A job in the supervisor: what it is run from, and its run while it has one. */
export class Entry implements Known {
  readonly spec: JobSpec
  /** The name of its environment. */
  environment: string
  /** Its number in the list; 0 until the list has given it one. */
  place = 0
  /** How many tasks its plan has. */
  total: number
  /** True where it is held back by a pause, before it has a run. */
  isHeld = false
  message = ''
  run: RunHandle | undefined
  /** How its run was at its end, until its status is written. */
  view: RunView | undefined
  seen: Subscription | undefined
  #ahead: AnswersAhead
  /** Its summary at its end. Undefined while it is open. */
  end: Placeless | undefined
  #latest: Placeless | undefined

  constructor(spec: JobSpec, environment: string) {
    this.spec = spec
    this.environment = environment
    const { tasks } = spec.definition
    this.#ahead = aheadOf(spec)
    this.total = Array.isArray(tasks) ? tasks.length : Object.keys(tasks).length
  }

  get id(): string {
    return this.spec.id
  }

  /** Gives the answer that came with the dispatch, if there is one. What was given before a crash may be given again. */
  answerAhead(taskId: string, of: AskedBy): void {
    const answer = this.#ahead(taskId, of)
    if (answer === undefined) return
    // What ends the question at once, as a kill of the run does, is told by the next fact.
    queueMicrotask(() => {
      try {
        this.run?.answer(taskId, answer)
      } catch {
        // Somebody was quicker.
      }
    })
  }

  /** It is not settled any more. */
  reopen(environment: string): void {
    this.environment = environment
    this.isHeld = false
    this.end = undefined
    this.view = undefined
    this.message = ''
    this.#ahead = aheadOf(this.spec)
  }

  /** Something has happened: the summary is made anew when somebody asks. */
  changed(): void {
    this.#latest = undefined
  }

  get summary(): Placeless {
    if (this.end !== undefined) return this.end
    const { run } = this
    this.#latest ??=
      run === undefined || run.view().seq === 0 ? waitingSummary(this) : runSummary(this, run.view())
    return this.#latest
  }
}

function aheadOf({ answers = {}, confirms = false }: JobSpec): AnswersAhead {
  const byTask = Object.entries(answers).map(([id, given]): [string, string[]] => [id, [...given]])
  return answersFrom(new Map(byTask), confirms)
}
