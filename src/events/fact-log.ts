import { thrownText } from '../errors/foreign-value.ts'
import { Observable, type Subscriber, takeWhile } from 'rxjs'
import type { TaskId } from '../../machines/outcome.ts'
import type { PlannedTask } from '../graph/plan.ts'
import type { AllFacts } from './all-facts.ts'
import { type BriefFact, type BriefSource, factOf } from './brief-fact.ts'
import { type Fact, isRunFact, type PassingFact, type RunFact } from './facts.ts'
import { type Beginning, progressIn, RunFolder, type RunView } from './fold.ts'
import { IsolatedObservable } from './isolated.ts'
import { HeldFacts, wholeWeight } from './held-facts.ts'
import { Queue } from '../containers/queue.ts'
import type { TaskView } from './task-view.ts'
import { Teller } from './teller.ts'

export interface FactLogOptions {
  readonly runId: string
  /** What is known of the run before its first fact. Called once, and only if somebody looks at the run. */
  readonly beginning: () => Beginning
  /** The tasks that brief facts are about. */
  readonly tasks?: readonly PlannedTask[]
  /** How many run facts are held for replay. */
  readonly retain: number
  readonly now: () => number
  /** Gets every fact too. */
  readonly all?: AllFacts
  /** The run facts that an earlier coordinator told. They are held, but not told again. */
  readonly facts?: readonly RunFact[]
  /** Tells a subscriber the facts from a `seq` on that are held no more, and then those of this log. */
  readonly older?: ((log: FactLog, seq: number, subscriber: Subscriber<Fact>) => void) | undefined
}

/** How many passing facts a run holds, and how many characters of text these may have. */
const heldPassing = 1_000
const heldCharacters = 2 ** 20

/**
 * What a run holds of its committed facts, and the stream that tells them. The fold is brought up to date when somebody
 * asks for it, or when a fact that it still needs is about to be dropped.
 */
export class FactLog {
  /** Hot: from the moment of subscription on. Completes when the log is closed. */
  readonly events$: Observable<Fact>
  readonly #told = new Teller<Fact>()
  readonly #all: AllFacts | undefined
  readonly #older: FactLogOptions['older']
  readonly #held: HeldFacts
  readonly #source: BriefSource
  readonly #retain: number
  readonly #passing = new Queue<PassingFact>()
  #passingCharacters = 0
  /** The latest sign of work of each live attempt that has given one. */
  readonly #signs = new Map<TaskId, Sign>()
  readonly #beginning: () => Beginning
  #lazyFolder: RunFolder | undefined
  readonly #now: () => number
  readonly #runId: string
  /** Facts that arrive while another is being told wait here, so that all observers see the same order. */
  readonly #queue: Fact[] = []
  #isTelling = false
  #lastSeq = 0
  #closed = false

  constructor(options: FactLogOptions) {
    const { runId, retain, now } = options
    this.#runId = runId
    this.#retain = retain
    this.#source = { runId, tasks: options.tasks ?? [] }
    this.#held = new HeldFacts(this.#source)
    this.#now = now
    this.#beginning = options.beginning
    this.#all = options.all
    this.#older = options.older
    for (const fact of options.facts ?? []) this.#hold(fact)
    this.events$ = new IsolatedObservable(this.#told.told$, () => this)
  }

  /** The `seq` of the first fact that is held for replay. */
  get firstSeq(): number {
    return this.#lastSeq + 1 - Math.min(this.#held.length, this.#retain)
  }

  /** The `seq` of the last fact told. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  tell(fact: Fact): void {
    if (this.#isTelling) {
      this.#queue.push(fact)
      return
    }
    this.#take(fact)
    this.#show(fact)
  }

  /** True while nobody would see what is told: brief facts may be held as they are. */
  get isQuiet(): boolean {
    if (this.#closed || this.#isTelling || this.#signs.size > 0) return false
    return !this.#told.isHeard && this.#all?.isObserved !== true
  }

  /** `tell`, for a brief fact. Where the log `isQuiet`, nothing is made of it. */
  tellBrief(told: BriefFact, seq: number, at: number, more: unknown, isQuiet = this.isQuiet): void {
    const fact = isQuiet ? undefined : factOf(this.#source, told, seq, at, more)
    if (fact !== undefined && (this.#isTelling || this.#signs.size > 0 || this.#closed)) {
      this.tell(fact)
      return
    }
    this.#makeRoom()
    // Held as it is, even where observers get an object: one that nobody keeps costs little.
    this.#held.pushBrief(told, seq, at, more)
    this.#lastSeq = seq
    if (fact !== undefined) this.#show(fact)
  }

  /**
   * Replays the facts that are held from `seq` on, then goes on live. Where older ones are gone, `stream.lagged` comes
   * first, unless a store has them. With `isLast` it completes after the first fact that satisfies it and is the latest of the run: the end of a
   * run that was redriven later does not count.
   */
  from(
    seq: number,
    isLast?: (fact: Fact) => boolean,
    older: FactLogOptions['older'] | false = this.#older,
  ): Observable<Fact> {
    const replayed = new Observable<Fact>((subscriber) => {
      if (older && Math.max(1, seq) < this.firstSeq) {
        older(this, Math.max(1, seq), subscriber)
        return
      }
      // An observer may cause new facts while it is replayed to. They wait until the replay is through.
      const backlog: Fact[] = []
      let live = false
      const told = this.#told.told$.subscribe({
        next: (fact) => {
          if (isRunFact(fact) && fact.seq < seq) return
          if (live) subscriber.next(fact)
          else backlog.push(fact)
        },
        complete: () => {
          if (live) subscriber.complete()
        },
      })
      subscriber.add(told)
      for (const fact of this.#replay(seq)) subscriber.next(fact)
      for (let next = 0; next < backlog.length; next++) subscriber.next(backlog[next]!)
      live = true
      if (this.#closed) subscriber.complete()
    })
    const ending =
      isLast === undefined
        ? replayed
        : replayed.pipe(
            takeWhile((fact) => !(isRunFact(fact) && fact.seq === this.#lastSeq && isLast(fact)), true),
          )
    return new IsolatedObservable(ending, () => this)
  }

  /** Made on first use, because many runs are never looked at. */
  get #folder(): RunFolder {
    this.#lazyFolder ??= new RunFolder(this.#beginning())
    return this.#lazyFolder
  }

  view(): RunView {
    this.#catchUp()
    for (const [taskId, { attempt, at, progress }] of this.#signs) {
      this.#folder.applySign(taskId, attempt, at, progress)
    }
    return this.#folder.view()
  }

  task(id: string): TaskView | undefined {
    this.#catchUp()
    return this.#folder.tasks.get(id)
  }

  /** A live attempt gave a sign of work, perhaps with its progress. No fact tells it, but the view shows it. */
  noteSign(taskId: TaskId, attempt: number, at: number, progress?: TaskView['progress']): void {
    const known = this.#signs.get(taskId)
    if (known?.attempt === attempt) {
      known.at = at
      known.progress = progress ?? known.progress
    } else this.#signs.set(taskId, { attempt, at, progress })
  }

  /** The latest sign of work of the live attempt, if it has given one. */
  signOf(taskId: TaskId): Pick<TaskView, 'lastSignAt' | 'progress'> | undefined {
    const sign = this.#signs.get(taskId)
    return sign && { lastSignAt: sign.at, ...(sign.progress && { progress: sign.progress }) }
  }

  /** All run facts that are held. */
  *held(): Iterable<RunFact> {
    for (const fact of this.#held.last(this.#retain)) yield frozen(fact)
  }

  /** Completes all observers. Later facts are dropped. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#told.complete()
  }

  /** Facts that observers cause wait until all of them have been told this one. */
  #show(fact: Fact): void {
    this.#isTelling = true
    try {
      this.#give(fact)
      for (let next = 0; next < this.#queue.length; next++) {
        this.#take(this.#queue[next]!)
        this.#give(this.#queue[next]!)
      }
    } finally {
      if (this.#queue.length > 0) this.#queue.length = 0
      this.#isTelling = false
    }
  }

  #give(fact: Fact): void {
    if (this.#closed) return
    // One who listens alone gets an object of his own, since common facts are held as they are.
    if (this.#told.listeners + (this.#all?.listeners ?? 0) > 1) Object.freeze(fact)
    if (this.#told.isHeard) this.#told.tell(fact)
    if (this.#all?.isObserved === true) this.#all.tell(fact, this)
  }

  #take(fact: Fact): void {
    if (this.#closed) return
    if (isRunFact(fact)) {
      this.#hold(fact)
      if (this.#signs.size > 0 && endsAttempt(fact)) this.#signs.delete(fact.taskId)
    } else if (fact.type !== 'stream.lagged') this.#holdPassing(fact)
  }

  #hold(fact: RunFact): void {
    this.#makeRoom()
    this.#held.push(frozen(fact))
    this.#lastSeq = fact.seq
  }

  /**
   * Drops the oldest facts where all take too much room, and folds them before. Brief ones beyond those that are
   * replayed are kept for a while: to fold them costs more than to hold them, and most runs end before anybody looks.
   */
  #makeRoom(): void {
    const held = this.#held
    while (held.weight >= wholeWeight * this.#retain) {
      if (this.#folder.seq < (held.firstSeq ?? 0)) this.#catchUp()
      held.drop()
    }
  }

  #holdPassing(fact: PassingFact): void {
    if (fact.type === 'task.output') {
      this.noteSign(fact.taskId, fact.attempt, fact.at)
      // It comes again as a whole.
      if (fact.isPartial === true) return
    } else if (fact.type === 'task.progress') {
      this.noteSign(fact.taskId, fact.attempt, fact.at, progressIn(fact))
    }
    this.#passing.push(Object.freeze(fact))
    this.#passingCharacters += charactersOf(fact)
    while (this.#passing.length > heldPassing || this.#passingCharacters > heldCharacters) {
      this.#passingCharacters -= charactersOf(this.#passing.shift()!)
    }
  }

  /** Held run facts from `seq` on, each followed by the passing facts that came after it. */
  *#replay(seq: number): IterableIterator<Fact> {
    const first = this.firstSeq
    const start = Math.max(1, seq)
    // Copied before the first one is given out: facts that the observer causes meanwhile are told live.
    const held = [...this.held()]
    const passing = [...this.#passing].filter((fact) => fact.afterSeq >= start - 1)
    if (start < first) {
      yield {
        type: 'stream.lagged',
        missed: first - start,
        afterSeq: start - 1,
        at: this.#now(),
        runId: this.#runId,
      }
    }
    let next = 0
    for (const fact of held) {
      if (fact.seq < start) continue
      while (next < passing.length && passing[next]!.afterSeq < fact.seq) yield passing[next++]!
      yield fact
    }
    while (next < passing.length) yield passing[next++]!
  }

  #catchUp(): void {
    const folded = this.#folder.seq
    const first = this.#held.firstSeq
    if (first === undefined) return
    for (let index = Math.max(0, folded + 1 - first); index < this.#held.length; index++) {
      this.#folder.apply(this.#held.at(index))
    }
  }

  /** Tells that an observer threw. */
  observerFailed(thrown: unknown): void {
    this.tell({
      type: 'observer.failed',
      message: thrownText(thrown),
      afterSeq: this.#lastSeq,
      at: this.#now(),
      runId: this.#runId,
    })
  }
}

interface Sign {
  readonly attempt: number
  at: number
  progress: TaskView['progress']
}

const attemptEnds: ReadonlySet<string> = new Set<RunFact['type']>([
  'task.deferred',
  'task.interrupted',
  'task.retrying',
  'task.completed',
  'task.failed',
  'task.killed',
])

/** True for what ends the live attempt of a task, if it has one. */
export function endsAttempt(fact: RunFact): fact is Extract<RunFact, { taskId: TaskId }> {
  return attemptEnds.has(fact.type) || (fact.type === 'task.asked' && fact.of === 'failure')
}

/**
 * The fact, which is everybody's from now on: no observer can forge it for the next, or for the view. What tasks return
 * and are given stays as it is, for that belongs to others.
 */
function frozen(fact: RunFact): RunFact {
  Object.freeze(fact)
  if ('failure' in fact) freezeAll(fact.failure)
  if ('tasks' in fact) freezeAll(fact.tasks)
  if ('handle' in fact) freezeAll(fact.handle)
  if ('considered' in fact) freezeAll(fact.considered)
  return fact
}

function freezeAll(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeAll(part)
}

function charactersOf(fact: PassingFact): number {
  if (fact.type === 'task.output') return fact.text.length
  return fact.type === 'stream.lagged' ? 0 : (fact.message?.length ?? 0)
}
