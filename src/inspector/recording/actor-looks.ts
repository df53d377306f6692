import type { AnyActorRef } from 'xstate'
import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { ActorName, LogId } from '../protocol.ts'
import type { LogRecorder } from './log-recorder.ts'
import type { Look } from './source.ts'
import {
  type ActorWatch,
  actorsIn,
  placeOf,
  rootOf,
  type SentEvent,
  type TakenEvent,
  watchActors,
} from './watch-actors.ts'

export interface ActorLooksOptions {
  readonly target: Runtime | RunHandle
  readonly recorded: (log: LogId) => LogRecorder | undefined
  readonly runOf: (log: LogId) => RunHandle | undefined
  readonly grown: () => void
}

/** What all clients together look at in one log. */
interface LookedAt {
  events: boolean
  readonly actors: Set<ActorName>
}

/** Records what actors do, as far as somebody looks. */
export class ActorLooks {
  readonly #options: ActorLooksOptions
  readonly #looks = new Map<object, Map<LogId, Look>>()
  #lookedAt = new Map<LogId, LookedAt>()
  #watch: ActorWatch | undefined

  constructor(options: ActorLooksOptions) {
    this.#options = options
  }

  set(client: object, log: LogId, look: Look | undefined): void {
    const known = this.#looks.get(client) ?? new Map<LogId, Look>()
    const before = known.get(log)
    if (look === undefined || (!look.events && look.actor === undefined)) known.delete(log)
    else known.set(log, look)
    if (known.size === 0) this.#looks.delete(client)
    else this.#looks.set(client, known)
    this.#gather()
    if (look !== undefined && known.has(log)) this.#begin(log, look, before)
  }

  /** The actor of that name, whether it has been told of or not. Undefined for one that is not there now. */
  actorNamed(log: LogId, name: ActorName): AnyActorRef | undefined {
    const { target, runOf, recorded } = this.#options
    if (name === 'runtime') return rootOf(target)
    const run = runOf(log)
    if (name === 'dag') return run?.actor
    if (name.startsWith('task/')) {
      const taskId = name.slice('task/'.length)
      return run?.plan.indexOf(taskId) === undefined ? undefined : run.actorOf(taskId)
    }
    return recorded(log)?.known(name)
  }

  close(): void {
    this.#looks.clear()
    this.#gather()
  }

  /** What is there already is told of at once. */
  #begin(log: LogId, { actor: name }: Look, before: Look | undefined): void {
    const { runOf, recorded, grown } = this.#options
    const recorder = recorded(log)
    if (recorder === undefined) return
    if (before === undefined) {
      const run = runOf(log)
      for (const actor of run === undefined ? [] : actorsIn(run)) recorder.introduce(actor)
    }
    const actor = name === undefined || name === before?.actor ? undefined : this.actorNamed(log, name)
    if (actor !== undefined) recorder.snapshot(actor, actor.getSnapshot())
    grown()
  }

  #gather(): void {
    this.#lookedAt = new Map()
    for (const looks of this.#looks.values()) {
      for (const [log, { events, actor }] of looks) {
        const all = this.#lookedAt.get(log) ?? { events: false, actors: new Set() }
        all.events ||= events
        if (actor !== undefined) all.actors.add(actor)
        this.#lookedAt.set(log, all)
      }
    }
    if (this.#lookedAt.size === 0) {
      this.#watch?.stop()
      this.#watch = undefined
    } else {
      this.#watch ??= watchActors(this.#options.target, {
        sent: (told) => unharmed(() => this.#sent(told)),
        taken: (told) => unharmed(() => this.#taken(told)),
      })
    }
  }

  #sent(told: SentEvent): void {
    for (const [recorder, { events }] of this.#recordersOf(told.actor, told.source)) {
      if (events) recorder.sent(told)
      // An actor of the user's own is told of as soon as it does something, so that it can be chosen.
      else if (placeOf(told.actor).is === 'other') recorder.introduce(told.actor)
      else continue
      this.#options.grown()
    }
  }

  #taken(told: TakenEvent): void {
    for (const [recorder, { actors }] of this.#recordersOf(told.actor, undefined)) {
      if (actors.size === 0 || !actors.has(recorder.nameOf(told.actor))) continue
      recorder.taken(told)
      this.#options.grown()
    }
  }

  /** The logs that are looked at and that an actor belongs to; the runtime's actor to all, or to that of whom it hears. */
  *#recordersOf(
    actor: AnyActorRef,
    source: AnyActorRef | undefined,
  ): IterableIterator<[LogRecorder, LookedAt]> {
    const { runId = '', is } = placeOf(actor)
    const from = source === undefined ? undefined : placeOf(source).runId
    for (const [log, lookedAt] of this.#lookedAt) {
      if (log !== runId && !(is === 'runtime' && (from === undefined || log === from))) continue
      const recorder = this.#options.recorded(log)
      if (recorder !== undefined) yield [recorder, lookedAt]
    }
  }
}

/** What is thrown here would be told in the run. */
function unharmed(record: () => void): void {
  try {
    record()
  } catch {
    // An actor that cannot be looked at is not shown.
  }
}
