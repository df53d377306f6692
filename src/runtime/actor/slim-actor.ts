import { Actor, type AnyMachineSnapshot, type AnyStateMachine, type EventObject } from 'xstate'
import { carryOut } from '../compile/drive.ts'
import type { Branch, FlatState } from '../compile/flat-table.ts'
import { type ActorHost, host } from './actor-host.ts'
import { differs } from './lasting-snapshots.ts'
import type { SlimKin } from './kin.ts'
import { SlimExtras } from './slim-extras.ts'
import {
  type InnerActor,
  type InnerSystem,
  notStarted,
  running,
  showEvent,
  stopped,
} from './xstate-insides.ts'

/** What an actor has of XState's own class. */
interface Inherited {
  start(this: unknown): unknown
  _process(this: unknown, event: EventObject): void
  _stopProcedure(this: unknown): unknown
  _error(this: unknown, error: unknown): void
}

/** A guard has thrown: what becomes of that is left to XState. */
const unknown: unique symbol = Symbol('unknown')

/** The states of what XState has as its mailbox: before the actor has started, between events, and within one. */
const closed = 0
const idle = 1
const busy = 2

const inherited = Actor.prototype as unknown as Inherited

/**
 * An actor of XState in all that can be seen of it, made with a fraction of what `createActor` makes. What is seldom
 * asked for (session id, observers, scope, a snapshot …) is made when somebody asks. While nobody observes or inspects
 * the actor, a table alone takes its events; else XState's own methods do, which it inherits. See the README of this
 * folder for what is left out.
 */
export class SlimActor {
  readonly kin: SlimKin
  readonly [host]: ActorHost
  _processingStatus: number
  #state: FlatState
  #context: object
  /** The snapshot of both, if somebody has looked since the last event. */
  #seen: AnyMachineSnapshot | undefined
  #done: EventObject | undefined
  #mailbox: typeof closed | typeof idle | typeof busy
  #extras: SlimExtras | undefined

  /** Throws what the machine's context function throws. */
  constructor(kin: SlimKin, input: unknown, ofHost: ActorHost) {
    const { drive } = kin
    this.kin = kin
    this[host] = ofHost
    this._processingStatus = notStarted
    this.#state = drive.first
    this.#seen = undefined
    this.#done = undefined
    this.#mailbox = closed
    this.#extras = undefined
    this.#context = drive.contextOf(this as never, input) as object
    // It is everybody's: the first event is to be taken with a copy.
    if (!drive.makesContext) this.#seen = this._snapshot
  }

  /** What the actor knows now. */
  get context(): object {
    return this.#context
  }

  /** Takes an event of dagmar's own, as from another actor. */
  take(source: unknown, event: EventObject): void {
    if (this.kin.watch.inspectors > 0) showEvent(this.kin.system, source, this, event)
    if (this._processingStatus !== stopped) this.#enqueue(event)
  }

  start(): this {
    if (this._processingStatus === running) return this
    const isUnbegun = this._processingStatus === notStarted || this.#extras?.isStoppedUnbegun === true
    if (this._processingStatus === stopped || this.#isLookedAt()) {
      if (isUnbegun) this.#deferBegin()
      inherited.start.call(this)
      return this
    }
    this._processingStatus = running
    try {
      this.#begin()
    } catch (error) {
      this.#fail(error)
    }
    this.#open()
    return this
  }

  _send(event: EventObject): void {
    if (this._processingStatus === stopped) return
    const ofHost = this[host]
    if (ofHost.sentByOthers === undefined) this.#enqueue(event)
    else ofHost.sentByOthers(event, (taken) => this.#enqueue(taken))
  }

  #enqueue(event: EventObject): void {
    if (this.#mailbox !== idle) {
      const extras = this.#extra()
      extras.waiting ??= []
      extras.waiting.push(event)
      return
    }
    this.#mailbox = busy
    this._process(event)
    this.#takeWaiting()
  }

  _process(event: EventObject): void {
    const isOver = this.#seen !== undefined && this.#seen.status !== 'active'
    const branches = isOver || this.#isLookedAt() ? undefined : this.#state.branches.get(event.type)
    if (branches === undefined) {
      inherited._process.call(this, event)
      return
    }
    const branch = this.#choose(branches, event)
    if (branch === unknown) inherited._process.call(this, event)
    else if (branch !== undefined) this.#follow(branch, event)
  }

  /** The first candidate whose guard holds; undefined for none. */
  #choose(branches: readonly Branch[], event: EventObject): Branch | typeof unknown | undefined {
    for (const branch of branches) {
      const { guard } = branch
      if (guard === undefined) return branch
      try {
        if (guard({ context: this.#context, event })) return branch
      } catch {
        return unknown
      }
    }
    return undefined
  }

  #follow({ actions, target }: Branch, event: EventObject): void {
    const seen = this.#seen
    if (seen !== undefined) this.#moveContext({ ...this.#context })
    const { kin } = this
    const args = { context: this.#context, event, self: this, system: kin.system }
    let output: unknown
    try {
      carryOut(actions, args)
      if (target?.isFinal === true) {
        output = kin.drive.outputOf(target, args)
        carryOut(target.lastActions, args)
      }
    } catch (error) {
      this.#fail(error)
      return
    }
    if (target !== undefined) {
      this.#state = target
      this.#seen = undefined
      if (target.isFinal) this.#end(output)
    } else if (seen !== undefined) this.#keepUnlessChanged(seen)
  }

  /** Somebody may hold a snapshot of what the actor has known so far. */
  #moveContext(context: object): void {
    this.#context = context
    this[host].contextMoved(context)
  }

  #keepUnlessChanged(seen: AnyMachineSnapshot): void {
    const before = seen.context as object
    this.#seen = undefined
    if (differs(this.#context, before)) return
    this.#moveContext(before)
    this.#seen = seen
  }

  /** Done, as XState's `update` does it where nobody observes. */
  #end(output: unknown): void {
    const { parent, doneType: type } = this.kin
    const done = { type, output, actorId: this.id }
    this.#done = done
    this._stopProcedure()
    if ((parent as unknown) instanceof SlimActor) (parent as unknown as SlimActor).take(this, done)
    else parent._send(done)
  }

  /** As XState does it with an action that throws. */
  #fail(error: unknown): void {
    this.#seen = { ...this.#snapshot('active', undefined), status: 'error', error } as AnyMachineSnapshot
    inherited._error.call(this, error)
  }

  _stop(): this {
    if (this._processingStatus === stopped) return this
    this.#dropWaiting()
    if (this._processingStatus === notStarted) {
      this.#extra().isStoppedUnbegun = true
      this._processingStatus = stopped
      return this
    }
    this.#enqueue({ type: 'xstate.stop' })
    return this
  }

  _stopProcedure(): this {
    if (this._processingStatus !== running) return this
    if (this.#extras?.isKnownToSystem === true) {
      inherited._stopProcedure.call(this)
      return this
    }
    this._processingStatus = stopped
    this.#close()
    return this
  }

  #isLookedAt(): boolean {
    return this.kin.watch.inspectors > 0 || this.#extras?.isLookedAt === true
  }

  #begin(): void {
    const { firstActions } = this.kin.drive
    if (firstActions.length === 0) return
    const context = this.#context
    // Its input is its context.
    const event: EventObject & { input: unknown } = { type: 'xstate.init', input: context }
    carryOut(firstActions, { context, event, self: this, system: this.kin.system })
  }

  /** XState defers the first actions as the actor is made, and carries them out with its first update. */
  #deferBegin(): void {
    const extras = this.#extra()
    extras.deferred.unshift(() => this.#begin())
    extras.isStoppedUnbegun = false
  }

  #open(): void {
    this.#mailbox = busy
    this.#takeWaiting()
  }

  #takeWaiting(): void {
    const extras = this.#extras
    if (extras?.waiting !== undefined) {
      for (let event = extras.waiting.shift(); event !== undefined; event = extras.waiting?.shift()) {
        this._process(event)
      }
    }
    // Not where an event has ended the actor, which closes the mailbox.
    if (this.#mailbox === busy) this.#mailbox = idle
  }

  #close(): void {
    this.#mailbox = closed
    if (this.#extras !== undefined) this.#extras.waiting = undefined
  }

  /** As in XState, the first event stays while the mailbox is closed: it is taken to be under way. */
  #dropWaiting(): void {
    const waiting = this.#extras?.waiting
    if (waiting !== undefined) waiting.length = this.#mailbox === closed ? Math.min(1, waiting.length) : 0
  }

  #extra(): SlimExtras {
    this.#extras ??= new SlimExtras(this as unknown as InnerActor)
    return this.#extras
  }

  #snapshot(status: 'active' | 'done', output: unknown): AnyMachineSnapshot {
    return this.kin.drive.snapshotOf(this.#state, status, this.#context, output)
  }

  // What XState's actors have of their own.

  get _snapshot(): AnyMachineSnapshot {
    this.#seen ??= this.#state.isFinal
      ? this.#snapshot('done', (this.#done as unknown as { readonly output: unknown }).output)
      : this.#snapshot('active', undefined)
    return this.#seen
  }

  set _snapshot(snapshot: AnyMachineSnapshot) {
    this.#seen = snapshot
    this.#context = snapshot.context as object
    this.#state = this.kin.drive.states.get(snapshot.value as string) ?? this.#state
  }

  get _doneEvent(): EventObject | undefined {
    return this.#done
  }

  /** XState would name it after the actor, and remembers each event type for ever. */
  set _doneEvent(event: EventObject | undefined) {
    this.#done = event === undefined ? undefined : { ...event, type: this.kin.doneType }
  }

  get id(): string {
    return this[host].actorName
  }

  get logic(): AnyStateMachine {
    return this.kin.logic
  }

  get src(): AnyStateMachine {
    return this.kin.logic
  }

  get ref(): this {
    return this
  }

  get system(): InnerSystem {
    return this.kin.system
  }

  get _parent(): InnerActor {
    return this.kin.parent
  }

  get clock(): unknown {
    return this.kin.system._clock
  }

  get logger(): unknown {
    return this.kin.system._logger
  }

  get systemId(): undefined {
    return undefined
  }

  get _syncSnapshot(): undefined {
    return undefined
  }

  get sessionId(): string {
    return this.#extra().sessionId
  }

  get observers(): Set<unknown> {
    return this.#extra().observers
  }

  set observers(observers: Set<unknown>) {
    this.#extra().observers = observers
  }

  get eventListeners(): InnerActor['eventListeners'] {
    return this.#extra().eventListeners
  }

  get _deferred(): (() => void)[] {
    return this.#extra().deferred
  }

  get send(): (event: EventObject) => void {
    return this.#extra().send
  }

  get options(): object {
    return this.#extra().optionsWith(this.#context)
  }

  get _actorScope(): object {
    return this.#extra().scope
  }

  get mailbox(): object {
    return {
      start: () => this.#open(),
      clear: () => this.#dropWaiting(),
      enqueue: (event: EventObject) => this.#enqueue(event),
    }
  }

  /** XState gives an actor that ends a new one. */
  set mailbox(_: object) {
    this.#close()
  }
}

Object.setPrototypeOf(SlimActor.prototype, Actor.prototype)
