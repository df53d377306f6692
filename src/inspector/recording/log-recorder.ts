import type { AnyActorRef, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import { hostOf } from '../../runtime/actor/actor-host.ts'
import type { JsonValue } from '../../events/json-value.ts'
import type { ActorName, Entry } from '../protocol.ts'
import { isPlain, type Sanitise, type ShownPlace } from '../sanitise.ts'
import { EntryLog } from './entry-log.ts'
import { KnownMachines } from './known-machines.ts'
import { isOwnMachine, ownCommands, ownMachines } from './own-machines.ts'
import type { Secrets } from './secrets.ts'
import { placeOf, type SentEvent, type TakenEvent } from './watch-actors.ts'

export interface LogRecorderOptions {
  readonly runId: string | undefined
  readonly sanitise: Sanitise
  readonly secrets: Secrets
  readonly now: () => number
  /** The name of the executor of a task. */
  readonly executorOf: (taskId: string) => string | undefined
  /** The machines that the log begins with. @default those of a run */
  readonly machines?: readonly AnyStateMachine[]
  /** What its actors are called. @default by what they are of the run */
  readonly nameOf?: (actor: AnyActorRef) => ActorName
}

/** Writes what actors do into a log. */
export class LogRecorder {
  readonly log = new EntryLog()
  /** The `seq` of the last run fact. */
  lastSeq = 0
  readonly #options: LogRecorderOptions
  /** Actors by what they are called here. A later one of the same name takes its place. */
  readonly #actors = new Map<ActorName, WeakRef<AnyActorRef>>()
  readonly #machines: KnownMachines

  constructor(options: LogRecorderOptions) {
    this.#options = options
    this.#machines = new KnownMachines((model) => this.push({ kind: 'machine', at: options.now(), ...model }))
    for (const entry of ownMachines(options.now(), options.machines)) this.push(entry)
  }

  push(entry: Entry, passes = false): void {
    this.log.push(JSON.stringify(entry), passes)
  }

  /** What the actor is called in this log. */
  nameOf(actor: AnyActorRef): ActorName {
    if (this.#options.nameOf !== undefined) return this.#options.nameOf(actor)
    const { is, runId, taskId } = placeOf(actor)
    if (is === 'runtime') return 'runtime'
    if (runId === this.#options.runId) {
      if (is === 'dag') return 'dag'
      if (is === 'task') return `task/${taskId}`
    }
    return `actor/${actor.sessionId}`
  }

  /** An actor that has been told of. */
  known(name: ActorName): AnyActorRef | undefined {
    return this.#actors.get(name)?.deref()
  }

  /** Tells of the actor, unless it has been told of, and returns its name. */
  introduce(actor: AnyActorRef): ActorName {
    const name = this.nameOf(actor)
    if (this.known(name) === actor) return name
    this.#actors.set(name, new WeakRef(actor))
    const { _parent: parent, id, sessionId } = actor
    const { taskId } = placeOf(actor)
    const machine = machineOf(actor)
    this.push({
      kind: 'actor',
      at: this.#options.now(),
      actor: name,
      id,
      sessionId,
      ...(parent === undefined ? {} : { parent: this.nameOf(parent) }),
      ...(taskId === undefined ? {} : { taskId }),
      ...(machine === undefined ? {} : { machine: this.#machineName(machine) }),
      logic: logicOf(actor),
    })
    return name
  }

  sent({ actor, source, event }: SentEvent): void {
    const target = this.introduce(actor)
    const { now } = this.#options
    const parts = isOfOwn(event, actor, source) ? inBrief(event) : this.#parts(event, 'event', actor)
    const shown = this.#shown(parts, this.#placed('event', actor, target))
    const told = isObject(shown) ? shown : { value: shown }
    const at = now()
    this.push(
      {
        kind: 'event',
        at,
        afterSeq: this.lastSeq,
        source: this.#sourceOf(source, actor, event.type),
        target,
        event: { ...told, type: event.type },
      },
      true,
    )
  }

  taken({ actor, event, snapshot, transitions }: TakenEvent): void {
    this.snapshot(actor, snapshot, {
      event: event.type,
      taken: transitions.map(({ source, eventType, target }) => ({
        source: source.id,
        event: eventType,
        targets: (target ?? []).map(({ id }) => id),
      })),
    })
  }

  /** Tells what the actor is in. */
  snapshot(
    actor: AnyActorRef,
    snapshot: unknown,
    after: Pick<Extract<Entry, { kind: 'snapshot' }>, 'event' | 'taken'> = {},
  ): void {
    const name = this.introduce(actor)
    const { now } = this.#options
    const { status, context, output, error } = snapshot as Readonly<Record<string, unknown>> & {
      readonly status: Extract<Entry, { kind: 'snapshot' }>['status']
    }
    const shown = (kind: 'context' | 'output' | 'error', value: unknown) =>
      value === undefined
        ? {}
        : { [kind]: this.#shown(this.#parts(value, kind, actor), this.#placed(kind, actor, name)) }
    const nodes = (snapshot as Partial<AnyMachineSnapshot>)._nodes
    this.push(
      {
        kind: 'snapshot',
        at: now(),
        afterSeq: this.lastSeq,
        actor: name,
        status,
        active: (nodes ?? []).map(({ id }) => id),
        ...shown('context', context),
        ...shown('output', output),
        ...shown('error', error),
        ...after,
        ...(nodes === undefined || status !== 'active'
          ? {}
          : { accepts: acceptedBy(snapshot as AnyMachineSnapshot, actor) }),
      },
      true,
    )
  }

  #shown(value: unknown, place: ShownPlace): JsonValue {
    const { sanitise, secrets } = this.#options
    return secrets.masked(sanitise(value, place))
  }

  /** Dagmar's own actors carry what tasks gave and got: that is shown as it is in facts. */
  #parts(value: unknown, kind: ShownPlace['kind'], actor: AnyActorRef): unknown {
    const { runId, taskId } = placeOf(actor)
    const { sanitise, secrets } = this.#options
    if (hostOf(actor) === undefined) {
      return kind === 'output' && taskId !== undefined ? secrets.output(taskId, value) : value
    }
    if (typeof value !== 'object' || value === null) return value
    if (kind === 'output') return this.#parts(value, 'context', actor)
    let shown: Record<string, unknown> | undefined
    const place = { ...(runId === undefined ? {} : { runId }), ...(taskId === undefined ? {} : { taskId }) }
    for (const part of ['output', 'failure', 'answer'] as const) {
      const held = (value as Readonly<Record<string, unknown>>)[part]
      if (isPlain(held) && typeof held !== 'string') continue
      shown ??= { ...value }
      const told = part === 'output' && taskId !== undefined ? secrets.output(taskId, held) : held
      shown[part] = sanitise(told, { kind: part, ...place })
    }
    return shown ?? value
  }

  #placed(kind: ShownPlace['kind'], actor: AnyActorRef, name: ActorName): ShownPlace {
    const { runId, taskId } = placeOf(actor)
    return {
      kind,
      actor: name,
      ...(runId === undefined ? {} : { runId }),
      ...(taskId === undefined ? {} : { taskId }),
    }
  }

  #sourceOf(source: AnyActorRef | undefined, actor: AnyActorRef, type: string): ActorName {
    if (source === undefined) return 'outside'
    const { is, taskId } = placeOf(source)
    // A report comes from the task itself where no actor is at work.
    if (source === actor && is === 'task' && type.startsWith('attempt.')) {
      return `executor/${this.#options.executorOf(taskId!) ?? 'unknown'}`
    }
    return this.introduce(source)
  }

  #machineName(machine: AnyStateMachine): string {
    return isOwnMachine(machine) ? machine.id : this.#machines.nameOf(machine)
  }
}

/** Whether an event holds the context of one of dagmar's actors: as what it begins with, or as what it ends with. */
function isOfOwn({ type }: EventObject, actor: AnyActorRef, source: AnyActorRef | undefined): boolean {
  if (type === 'xstate.init') return hostOf(actor) !== undefined
  return type.startsWith('xstate.done.actor.') && source !== undefined && hostOf(source) !== undefined
}

/** What that context is about. All of it is in snapshots, and its parts are in facts. */
function inBrief(event: EventObject): object {
  const shown: Record<string, unknown> = { ...event }
  for (const part of ['input', 'output'] as const) {
    if (!(part in shown)) continue
    const { runId, taskId, state, attempt } = (shown[part] ?? {}) as Readonly<Record<string, unknown>>
    shown[part] = { runId, taskId, state, attempt }
  }
  return shown
}

function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The machine that drives an actor. */
export function machineOf(actor: AnyActorRef): AnyStateMachine | undefined {
  const { logic } = actor as unknown as { readonly logic?: Partial<AnyStateMachine> }
  return logic?.root === undefined || logic.config === undefined ? undefined : (logic as AnyStateMachine)
}

/** The types of events that the states that it is in have a transition for. */
export function acceptedBy({ _nodes: nodes }: AnyMachineSnapshot, actor: AnyActorRef): readonly string[] {
  const types = new Set(nodes.flatMap((node) => [...node.transitions.keys()] as string[]))
  return [...types].filter((type) => mayBeSent(type, actor))
}

/** Whether others may send such events: those that XState or dagmar tell are theirs alone. */
export function mayBeSent(type: string, actor: AnyActorRef): boolean {
  if (type === '' || type.startsWith('xstate.')) return false
  const machine = machineOf(actor)
  const isOwn = hostOf(actor) !== undefined || (machine !== undefined && isOwnMachine(machine))
  return !isOwn || ownCommands.has(type)
}

/** XState does not say what logic is made of; what its snapshots have tells most of it. */
function logicOf(actor: AnyActorRef): string {
  if (machineOf(actor) !== undefined) return 'machine'
  const snapshot: object = actor.getSnapshot() ?? {}
  if ('context' in snapshot) return 'input' in snapshot ? 'observable' : 'transition'
  return 'input' in snapshot ? 'promise or callback' : 'logic'
}
