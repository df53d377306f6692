import { type Fact, isRunFact, type PassingFact, type RunFact } from '../../../events/facts.ts'
import { RunFolder, type RunView } from '../../../events/fold.ts'
import { newTaskView, noTasks, type TaskStatus, type TaskView } from '../../../events/task-view.ts'
import { addTo, keep } from './grouped.ts'
import { countHolding } from './sorted.ts'

/** A run as it was after one of its facts. */
export interface Moment extends RunView {
  /** The status of each task, in the order of the dag. */
  readonly statuses: readonly TaskStatus[]
}

/**
 * The facts of a run, and the run as it was after any of them. What a task was is looked up, since each fact makes a
 * new view of the task and changes none.
 */
export class History {
  /** The run facts, in order: the one with the `seq` n is at n − 1. */
  readonly facts: RunFact[] = []
  /** Output and progress, in order. The latest 20,000. */
  readonly passing: PassingFact[] = []
  /** Whether there were more of them. */
  isCut = false
  readonly #folder = new RunFolder()
  /** For each task, by its id: the views that it had, and the `seq`s of the facts that made them. */
  readonly #views = new Map<string, TaskView[]>()
  readonly #seqs = new Map<string, number[]>()
  readonly #runs: { readonly seq: number; readonly part: RunView }[] = []
  #latest: Moment | undefined

  get lastSeq(): number {
    return this.facts.length
  }

  /** When the run began, and when its latest fact was told: epoch milliseconds, 0 for none. */
  get from(): number {
    return this.facts[0]?.at ?? 0
  }

  get to(): number {
    return Math.max(this.facts.at(-1)?.at ?? 0, this.passing.at(-1)?.at ?? 0)
  }

  /** Takes the next fact. Facts that were told before are ignored; throws `FACTS_GAP` where one is missing. */
  apply(fact: Fact): void {
    if (!isRunFact(fact)) {
      this.#folder.apply(fact)
      if (keep(this.passing, fact)) this.isCut = true
      this.#latest = undefined
      return
    }
    if (fact.seq <= this.facts.length) return
    this.#folder.apply(fact)
    this.facts.push(fact)
    this.#latest = undefined
    if (fact.taskId === undefined) this.#noteRun(fact)
    else this.#noteTask(fact.taskId, fact.seq)
  }

  /** The run after its latest fact, with what passing facts said since. */
  latest(): Moment {
    if (this.#latest !== undefined) return this.#latest
    const view = this.#folder.view()
    const statuses = Array.from(view.tasks.values(), ({ status }) => status)
    this.#latest = { ...view, statuses }
    return this.#latest
  }

  /** The run after the fact with that `seq`. */
  at(seq: number): Moment {
    if (seq >= this.lastSeq) return this.latest()
    const part = this.runAt(seq)
    if (part === undefined) return this.latest()
    const tasks = new Map<string, TaskView>()
    const statuses: TaskStatus[] = []
    const counts = noTasks()
    for (const { id } of part.structure) {
      const view = this.taskAt(id, seq)
      tasks.set(id, view)
      statuses.push(view.status)
      counts[view.status]++
    }
    return { ...part, seq, at: this.facts[seq - 1]?.at ?? 0, counts, tasks, statuses }
  }

  /** What was known of the run as a whole after the fact with that `seq`. */
  runAt(seq: number): RunView | undefined {
    const count = countHolding(this.#runs.length, (i) => this.#runs[i]!.seq <= seq)
    return this.#runs[Math.max(0, count - 1)]?.part
  }

  /** The `seq` of the last fact that was told at that instant or before. */
  seqAt(instant: number): number {
    return countHolding(this.facts.length, (i) => this.facts[i]!.at <= instant)
  }

  /** The `seq`s of the facts about a task, in order. */
  seqsOf(taskId: string): readonly number[] {
    return (this.#seqs.get(taskId) ?? []).filter((seq) => this.facts[seq - 1]!.taskId === taskId)
  }

  /** The task as it was after the fact with that `seq`. */
  taskAt(taskId: string, seq: number): TaskView {
    const seqs = this.#seqs.get(taskId) ?? []
    const count = countHolding(seqs.length, (i) => seqs[i]! <= seq)
    return this.#views.get(taskId)?.[count - 1] ?? newTaskView(taskId)
  }

  /** The task as it was before the last fact up to that `seq` that changed it. Undefined where there was none. */
  taskBefore(taskId: string, seq: number): TaskView | undefined {
    const seqs = this.#seqs.get(taskId) ?? []
    const last = seqs[countHolding(seqs.length, (i) => seqs[i]! <= seq) - 1]
    return last === undefined ? undefined : this.taskAt(taskId, last - 1)
  }

  #noteRun(fact: RunFact): void {
    this.#runs.push({ seq: fact.seq, part: this.#folder.view() })
    if (fact.type !== 'run.recovered' || fact.structure === undefined) return
    // Another plan has tasks that are new, and some that are judged anew.
    for (const [id, view] of this.#folder.tasks) {
      if (view !== this.#views.get(id)?.at(-1)) this.#noteTask(id, fact.seq)
    }
  }

  #noteTask(taskId: string, seq: number): void {
    const view = this.#folder.tasks.get(taskId)
    if (view === undefined) return
    addTo(this.#views, taskId, view)
    addTo(this.#seqs, taskId, seq)
  }
}
