import { Subject } from 'rxjs'
import type { Failure } from '../../../machines/outcome.ts'
import { IsolatedObservable } from '../../events/isolated.ts'
import type { RunHandle } from '../handle/run-handle.ts'
import { type ConsumeHost, doItem, isInStore } from './do-item.ts'
import { GiveBack } from './give-back.ts'
import { Intake } from './intake.ts'
import { failed, type ItemOutcome } from './outcome-of-item.ts'
import { KnownItem } from './known-item.ts'
import { idOf, type ReadItem } from './source-item.ts'
import type { NewSourceFact, SourceFact } from './source-facts.ts'
import type { ReadConsumeOptions } from './source-options.ts'
import type { ReadSource } from './source.ts'
import { WaitingRoom } from './waiting-room.ts'

/** How many turns of promises a source has for its next item before those that are there begin. */
const gatherTurns = 32

/** Takes items from one source, has each done as a run of its own, and tells the source what became of it. */
export class Consumer {
  readonly #host: ConsumeHost
  readonly #options: ReadConsumeOptions
  readonly #intake: Intake
  readonly #giveBack: GiveBack
  readonly #facts$ = new Subject<SourceFact>()
  readonly events$ = new IsolatedObservable<SourceFact>(this.#facts$, () => undefined)
  /** Taken and not given back, by id. */
  readonly #open = new Map<string, KnownItem>()
  /** Given by an observable, and not taken. */
  readonly #waiting = new WaitingRoom()
  /** Open ones that are to begin together. */
  #gathered: KnownItem[] = []
  /** The ids of those that are given back and were never taken. */
  readonly #dropping = new Set<string>()
  #given = 0
  #hasEnded = false
  #isDone = false
  /** Why nothing more is taken, and why what is open is killed. */
  #stopReason: string | undefined
  #killReason: string | undefined
  #resolveDone: () => void = () => undefined
  /** Resolves when nothing more comes and everything is given back. */
  readonly done = new Promise<void>((resolve) => {
    this.#resolveDone = resolve
  })
  readonly counts = { taken: 0, settled: 0, unsettled: 0, repeated: 0, refused: 0, dropped: 0, held: 0 }

  constructor(host: ConsumeHost, source: ReadSource, options: ReadConsumeOptions) {
    const { name, backoff, again: againMs, settleTries: tries } = options
    const { clock } = host.root.shared
    const tell = (fact: NewSourceFact): void => this.#tell(fact)
    this.#host = host
    this.#options = options
    this.#giveBack = new GiveBack({ settle: source.settle, backoff, tries, clock, tell })
    const hasRoom = (): boolean => this.#hasRoom
    const take = (item: unknown): boolean => this.#take(item)
    this.#intake = new Intake({ name, source, backoff, againMs, clock, hasRoom, take, tell })
  }

  get open(): number {
    return this.#open.size
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get state(): 'open' | 'stopping' | 'done' {
    if (this.#isDone) return 'done'
    return this.#hasEnded || this.#stopReason !== undefined ? 'stopping' : 'open'
  }

  async run(): Promise<void> {
    await this.#intake.run()
    this.#hasEnded = true
    this.#endIfDone()
  }

  /** Takes nothing more. What waits to be taken is given back. */
  stop(reason: string): void {
    if (this.#stopReason !== undefined || this.#isDone) return
    this.#stopReason = reason
    this.#tell({ type: 'source.stopped', reason })
    this.#intake.stop()
    for (let last = this.#waiting.takeLast(); last !== undefined; last = this.#waiting.takeLast())
      this.#drop(last, reason)
  }

  /** Ends everything that is open, too. */
  kill(reason: string): void {
    this.stop(reason)
    this.#killReason ??= reason
    this.#releaseUnbegun(reason)
    for (const { run } of this.#open.values()) void run?.kill(undefined, { reason })
  }

  /** The runtime takes no more runs, and ends those that are there. */
  closing(isKill: boolean): void {
    this.stop('shutdown')
    this.#releaseUnbegun('shutdown')
    if (isKill) this.#giveBack.hurry()
  }

  /** The runtime is closed: what has no result by now will have none here. */
  closed(): void {
    for (const known of this.#open.values()) this.#settle(known, { status: 'released', reason: 'shutdown' })
  }

  get #hasRoom(): boolean {
    return this.#open.size < this.#options.lookAhead
  }

  /** Takes what a source gives, and says whether it takes up room. */
  #take(item: unknown): boolean {
    const id = idOf(item)
    if (id === undefined) {
      this.counts.refused++
      this.#tell({ type: 'item.refused', message: 'It has no id: a text.' })
      return false
    }
    if (this.#open.has(id) || this.#waiting.has(id) || this.#dropping.has(id)) {
      this.counts.repeated++
      this.#tell({ type: 'item.repeated', itemId: id })
      return false
    }
    const known = new KnownItem(id, item, this.#options, this.#host.root.shared.clock.now(), this.#given++)
    // It was on its way already.
    if (this.#stopReason !== undefined) this.#drop(known, this.#stopReason)
    else if (this.#hasRoom) this.#admit(known)
    else this.#wait(known)
    return true
  }

  #admit(known: KnownItem): void {
    const { id: itemId, runId, read } = known
    this.#open.set(itemId, known)
    this.counts.taken++
    this.#tell({ type: 'item.taken', itemId, runId })
    if ('code' in read) this.#refuse(known, read)
    else if (this.#gathered.push(known) === 1) void this.#beginTogether()
  }

  #wait(known: KnownItem): void {
    this.#waiting.add(known)
    const last = this.#waiting.size > this.#options.buffer ? this.#waiting.takeLast() : undefined
    if (last !== undefined) this.#drop(last, 'no room')
  }

  /** Gives back what was never taken. */
  #drop(known: KnownItem, reason: string): void {
    this.counts.dropped++
    this.#tell({ type: 'item.dropped', itemId: known.id, reason })
    void this.#tellDropped(known, reason)
  }

  async #tellDropped({ id, item }: KnownItem, reason: string): Promise<void> {
    this.#dropping.add(id)
    await this.#giveBack.tell(id, item, { status: 'released', reason })
    this.#dropping.delete(id)
    this.#endIfDone()
  }

  /** What a source gives at once begins in the order of its urgency. */
  async #beginTogether(): Promise<void> {
    for (let turn = 0, seen = 1; turn < gatherTurns && this.#hasRoom; turn++) {
      await Promise.resolve()
      if (this.#gathered.length <= seen) continue
      seen = this.#gathered.length
      turn = 0
    }
    const batch = this.#gathered.splice(0).toSorted((a, b) => (a.isBefore(b) ? -1 : 1))
    const { store } = this.#host
    const isKnown =
      store === undefined ? [] : await Promise.all(batch.map(({ runId }) => isInStore(store, runId)))
    for (const [index, known] of batch.entries()) {
      const { read } = known
      if (!known.isGivenBack && 'plan' in read) void this.#do(known, read, isKnown[index] ?? false)
    }
  }

  async #do(known: KnownItem, read: ReadItem, isKnown: boolean | Error): Promise<void> {
    const { id, runId } = known
    known.isBegun = true
    const begun = (run: RunHandle): void => {
      known.run = run
      if (this.#killReason !== undefined) void run.kill(undefined, { reason: this.#killReason })
    }
    const outcome = await doItem(this.#host, { id, runId, read, begun }, isKnown)
    if (known.isGivenBack) return
    if (outcome.status === 'refused') this.#refuse(known, outcome.failure)
    else if (outcome.status === 'held') this.#leaveToOthers(known, outcome.reason)
    else this.#settle(known, outcome)
  }

  #refuse(known: KnownItem, failure: Failure): void {
    this.counts.refused++
    this.#tell({ type: 'item.refused', itemId: known.id, message: failure.message })
    this.#settle(known, failed(failure))
  }

  #leaveToOthers(known: KnownItem, message: string): void {
    this.counts.held++
    this.#tell({ type: 'item.held', itemId: known.id, message })
    known.isGivenBack = true
    this.#forget(known)
  }

  #settle(known: KnownItem, outcome: ItemOutcome): void {
    if (known.isGivenBack) return
    known.isGivenBack = true
    void this.#return(known, outcome)
  }

  async #return(known: KnownItem, outcome: ItemOutcome): Promise<void> {
    await this.#giveBack.tell(known.id, known.item, outcome)
    this.#forget(known)
  }

  #forget({ id }: KnownItem): void {
    this.#open.delete(id)
    const next = this.#hasRoom ? this.#waiting.takeFirst() : undefined
    if (next !== undefined) this.#admit(next)
    this.#intake.wake()
    this.#endIfDone()
  }

  #releaseUnbegun(reason: string): void {
    this.#gathered = []
    for (const known of this.#open.values()) {
      if (!known.isBegun) this.#settle(known, { status: 'released', reason })
    }
  }

  #endIfDone(): void {
    if (!this.#hasEnded || this.#open.size + this.#waiting.size + this.#dropping.size > 0) return
    this.#isDone = true
    this.#resolveDone()
    this.#facts$.complete()
  }

  #tell(fact: NewSourceFact): void {
    const { clock } = this.#host.root.shared
    if (fact.type === 'item.settled') this.counts.settled++
    if (fact.type === 'item.unsettled' && fact.until === undefined) this.counts.unsettled++
    this.#facts$.next(Object.freeze({ at: clock.now(), source: this.#options.name, ...fact }))
  }
}
