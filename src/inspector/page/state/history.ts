import { type Fact, isRunFact, type PassingFact, type RunFact } from '../../../events/facts.ts'
import { RunFolder, type RunView } from '../../../events/fold.ts'
import { newTaskView, noTasks, type TaskStatus, type TaskView } from '../../../events/task-view.ts'
import type { TaskStructure } from '../../../graph/plan.ts'
import { countHolding } from './sorted.ts'

/** A run as it was after one of its facts. */
export interface Moment extends RunView {
  /** The status of each task, in the order of the dag. */
  readonly statuses: readonly TaskStatus[]
}

/** The passing facts that are kept: the oldest go first. */
const keptPassing = 20_000

/**
 * The facts of a run, and the run as it was after any of them. What a task was is looked up, since each fact makes a
 * new view of the task and changes none.
 */
export class History {
  /** The run facts, in order: the one with the `seq` n is at n − 1. */
  readonly facts: RunFact[] = []
  /** Output and progress, in order. The latest 20,000. */
  readonly passing: PassingFact[] = []
  readonly #folder = new RunFolder()
  /** For each task, by its place in the dag: the views that it had, each with its `seq`. */
  #views: TaskView[][] = []
  #seqs: number[][] = []
  readonly #places = new Map<string, number>()
  readonly #runs: { readonly seq: number; readonly part: RunView }[] = []
  #latest: Moment | undefined

  /** The tasks in the order of the dag; none before the run's first fact. */
  get structure(): readonly TaskStructure[] {
    return this.#runs[0]?.part.structure ?? []
  }

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

  /** The place of a task in the dag. */
  placeOf(taskId: string): number | undefined {
    return this.#places.get(taskId)
  }

  /** Takes the next fact. Facts that were told before are ignored; throws `FACTS_GAP` where one is missing. */
  apply(fact: Fact): void {
    if (!isRunFact(fact)) {
      this.#folder.apply(fact)
      this.passing.push(fact)
      if (this.passing.length > keptPassing * 1.25) this.passing.splice(0, this.passing.length - keptPassing)
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
    const { structure } = part
    for (let place = 0; place < structure.length; place++) {
      const view = this.#viewAt(place, seq)
      tasks.set(view.id, view)
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

  /** The `seq`s of the facts about a task that changed its view, in order. */
  seqsOf(taskId: string): readonly number[] {
    const place = this.#places.get(taskId)
    return place === undefined ? [] : this.#seqs[place]!
  }

  /** The task as it was after the fact with that `seq`. */
  taskAt(taskId: string, seq: number): TaskView | undefined {
    const place = this.#places.get(taskId)
    return place === undefined ? undefined : this.#viewAt(place, seq)
  }

  /** The task as it was before the last fact about it up to that `seq`. Undefined where there was none. */
  taskBefore(taskId: string, seq: number): TaskView | undefined {
    const seqs = this.seqsOf(taskId)
    const last = seqs[countHolding(seqs.length, (i) => seqs[i]! <= seq) - 1]
    return last === undefined ? undefined : this.taskAt(taskId, last - 1)
  }

  #viewAt(place: number, seq: number): TaskView {
    const seqs = this.#seqs[place]!
    const count = countHolding(seqs.length, (i) => seqs[i]! <= seq)
    return count === 0 ? newTaskView(this.structure[place]!.id) : this.#views[place]![count - 1]!
  }

  #noteRun(fact: RunFact): void {
    this.#runs.push({ seq: fact.seq, part: this.#folder.view() })
    if (fact.type !== 'run.created') return
    fact.structure.forEach(({ id }, place) => this.#places.set(id, place))
    this.#views = fact.structure.map(() => [])
    this.#seqs = fact.structure.map(() => [])
  }

  #noteTask(taskId: string, seq: number): void {
    const place = this.#places.get(taskId)
    const view = this.#folder.tasks.get(taskId)
    if (place === undefined || view === undefined) return
    this.#views[place]!.push(view)
    this.#seqs[place]!.push(seq)
  }
}
