import {
  type Actor,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  fromTransition,
  type InspectionEvent,
} from 'xstate'
import { compile } from '../../src/runtime/compile/compile.ts'

/** What is sent next, given what the actor knows by then. */
export type Next = (context: never) => EventObject

export interface Followed {
  readonly input?: unknown
  readonly events: readonly Next[]
  /** Asked of every snapshot: `can` it take this? */
  readonly asked: readonly EventObject[]
}

/** Drives the machine both ways, and says where what could be seen of it is not the same. */
export function differences(machine: AnyStateMachine, followed: Followed): string[] {
  const interpreted = follow(machine, (traced) => traced, followed)
  const compiled = follow(machine, compile, followed)
  const at = interpreted.findIndex((mark, index) => mark !== compiled[index])
  if (at === -1 && interpreted.length === compiled.length) return []
  const place = at === -1 ? interpreted.length : at
  return [`mark ${place}, interpreted:\n${interpreted[place]}\ncompiled:\n${compiled[place]}`]
}

/**
 * All that can be seen of an actor of the machine, in order: what its actions are given, what observers, its parent and an
 * inspector are told, and after each event its snapshot with the answers it gives.
 */
export function follow(
  machine: AnyStateMachine,
  driven: (traced: AnyStateMachine) => AnyStateMachine,
  { input, events, asked }: Followed,
): string[] {
  const marks: string[] = []
  const mark = (kind: string, what: unknown): void => void marks.push(`${kind} ${written(what)}`)
  const traced = tracing(machine, (name, { context, event, self }) => {
    mark(`action ${name}`, { context, event, isSelf: self === actor, before: valueOf(self) })
  })
  const inspect = (inspected: InspectionEvent): void => {
    if (inspected.type === '@xstate.microstep' || inspected.type === '@xstate.action') return
    const event = 'event' in inspected ? inspected.event : undefined
    const ofParent = inspected.actorRef === parent
    const isMachine = 'snapshot' in inspected && !ofParent
    mark(inspected.type, {
      ofParent,
      event,
      ...(isMachine ? described(inspected.snapshot as AnyMachineSnapshot, asked) : {}),
    })
  }
  const parent = createActor(
    fromTransition((_, event: EventObject) => {
      mark('told to the parent', event)
      return 0
    }, 0),
  ).start()
  parent.system.inspect(inspect)
  const actor: Actor<AnyStateMachine> = createActor(driven(traced), { parent, id: 'child', input })
  mark('before it starts', described(actor.getSnapshot() as AnyMachineSnapshot, asked))
  actor.subscribe({
    next: (snapshot: AnyMachineSnapshot) => mark('next', described(snapshot, asked)),
    error: (error) => mark('error', String(error)),
    complete: () => mark('complete', 0),
  })
  actor.start()
  for (const next of events) {
    const before = actor.getSnapshot() as AnyMachineSnapshot
    const event = next(before.context as never)
    actor.send(event)
    const after = actor.getSnapshot() as AnyMachineSnapshot
    const isOfMachine = after.machine === traced
    mark('after', { event, isKept: before === after, isOfMachine, ...described(after, asked) })
    mark('persisted', actor.getPersistedSnapshot())
  }
  return marks
}

interface Args {
  readonly context: unknown
  readonly event: EventObject
  readonly self: { getSnapshot(): unknown }
}

type Act = (args: Args, params: unknown) => void

/** The machine, telling of each named action before it is carried out. */
function tracing(machine: AnyStateMachine, tell: (name: string, args: Args) => void): AnyStateMachine {
  const own = machine.implementations.actions as Readonly<Record<string, Act>>
  const actions = Object.entries(own).map(([name, act]) => {
    const traced: Act = (args, params) => {
      tell(name, args)
      act(args, params)
    }
    return [name, traced]
  })
  return machine.provide({ actions: Object.fromEntries(actions) as never })
}

function valueOf(self: Args['self']): unknown {
  return (self.getSnapshot() as AnyMachineSnapshot | undefined)?.value
}

/** A snapshot as data. An actor that an error ended has one without methods, but a copy of the last one. */
export function described(snapshot: AnyMachineSnapshot, asked: readonly EventObject[]): object {
  const { machine } = snapshot
  const fields = {
    keys: Object.keys(snapshot),
    status: snapshot.status,
    value: snapshot.value as unknown,
    output: snapshot.output as unknown,
    error: String(snapshot.error),
    context: snapshot.context as unknown,
    nodes: snapshot._nodes.map(({ id }) => id),
    tags: [...snapshot.tags],
    children: Object.keys(snapshot.children),
    past: snapshot.historyValue,
  }
  return {
    ...fields,
    json: snapshot.toJSON(),
    meta: snapshot.getMeta(),
    matches: Object.keys(machine.states).filter((key) => snapshot.matches(key)),
    hasTag: snapshot.hasTag('even'),
    // XState's guards may throw; that is told of as well.
    can: asked.map((event) => answered(() => snapshot.can(event))),
  }
}

function answered(ask: () => boolean): boolean | string {
  try {
    return ask()
  } catch (error) {
    return String(error)
  }
}

/** As text, so that it keeps what is held by reference as it was. */
function written(what: unknown): string {
  return JSON.stringify(what, (_, value: unknown) => {
    if (value === undefined) return 'undefined'
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
    return value instanceof Error ? String(value) : value
  })
}
