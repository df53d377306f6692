import type { Subscription } from 'rxjs'
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
  /** How many tasks its plan has. */
  total: number
  /** True where it is held back by a pause, before it has a run. */
  isHeld = false
  message = ''
  run: RunHandle | undefined
  seen: Subscription | undefined
  /** Takes an answer that was given with the dispatch. One that was used before a crash may be used again. */
  readonly ahead: AnswersAhead
  /** Its summary at its end. Undefined while it is open. */
  end: Placeless | undefined
  #latest: Placeless | undefined

  constructor(spec: JobSpec, environment: string) {
    this.spec = spec
    this.environment = environment
    const { tasks } = spec.definition
    const answers = Object.entries(spec.answers ?? {}).map(([id, given]): [string, string[]] => [
      id,
      [...given],
    ])
    this.ahead = answersFrom(new Map(answers), spec.confirms === true)
    this.total = Array.isArray(tasks) ? tasks.length : Object.keys(tasks).length
  }

  get id(): string {
    return this.spec.id
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
