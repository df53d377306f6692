import fc from 'fast-check'
import {
  Actor,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  fromTransition,
  type InspectionEvent,
  type Subscription,
} from 'xstate'
import { SlimActor } from '../../src/runtime/actor/slim-actor.ts'
import { kinOf, spawnActor } from '../../src/runtime/actor/spawn-actor.ts'
import { described } from './followed-actor.ts'

/** How an observer or an inspector takes what it is told. */
export type Manner =
  | 'notes it'
  | 'has no ear for errors'
  | 'throws'
  | 'sends back'
  | 'looks and leaves'
  | 'sends back and stops it'

/** What may be done to an actor by whoever has it in hand. */
export type Step =
  | { readonly do: 'send' | 'send taken out'; readonly event: EventObject }
  | { readonly do: 'observe' | 'inspect'; readonly manner: Manner }
  | {
      readonly do:
        | 'start'
        | 'stop'
        | 'stop from outside'
        | 'unobserve'
        | 'uninspect'
        | 'look'
        | 'listen'
        | 'defer'
    }

export interface Course {
  readonly steps: readonly Step[]
  /** What is sent by those who send back. */
  readonly answer: EventObject
}

export function anyCourse(event: fc.Arbitrary<EventObject>): fc.Arbitrary<Course> {
  const manner = fc.constantFrom<Manner>(
    'notes it',
    'notes it',
    'has no ear for errors',
    'throws',
    'sends back',
    'looks and leaves',
    'sends back and stops it',
  )
  const constant = (...steps: readonly Step[]): fc.Arbitrary<Step> => fc.constantFrom(...steps)
  const step = fc.oneof(
    { weight: 12, arbitrary: event.map((event): Step => ({ do: 'send', event })) },
    { weight: 1, arbitrary: event.map((event): Step => ({ do: 'send taken out', event })) },
    { weight: 4, arbitrary: constant({ do: 'start' }) },
    {
      weight: 1,
      arbitrary: constant({ do: 'stop' }, { do: 'stop from outside' }, { do: 'listen' }, { do: 'defer' }),
    },
    { weight: 2, arbitrary: manner.map((manner): Step => ({ do: 'observe', manner })) },
    { weight: 2, arbitrary: manner.map((manner): Step => ({ do: 'inspect', manner })) },
    { weight: 2, arbitrary: constant({ do: 'unobserve' }, { do: 'uninspect' }) },
    { weight: 3, arbitrary: constant({ do: 'look' }) },
  )
  return fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 16 }), answer: event })
}

/** The first thing that can be seen of a slim actor on the course and not of one that `createActor` makes, or the other way round. */
export function differencesOf(logic: AnyStateMachine, input: () => unknown, course: Course): string[] {
  const own = seenOf(course, (parent) => createActor(logic, { parent, id: 'task', input: input() as never }))
  const slim = seenOf(course, (parent) => slimActor(logic, parent, input()))
  const at = own.findIndex((mark, index) => mark !== slim[index])
  if (at === -1 && own.length === slim.length) return []
  const place = at === -1 ? own.length : at
  return [`mark ${place}, createActor:\n${own[place]}\nslim:\n${slim[place]}`]
}

/** As a run makes them, but for a host that has nothing to keep. */
export function slimActor(logic: AnyStateMachine, parent: AnyActorRef, input: unknown): AnyActorRef {
  const host = { actorName: 'task', contextMoved: () => {} }
  const actor: unknown = spawnActor(kinOf(logic, parent, 'task'), input as never, host)
  if (!(actor instanceof SlimActor)) throw new Error('It is not slim.')
  return actor as unknown as AnyActorRef
}

interface Hidden {
  readonly _parent: unknown
  readonly _processingStatus: number
  readonly systemId: unknown
  readonly options: { readonly id: string; readonly parent: unknown; readonly devTools: unknown }
  readonly _actorScope: { defer(effect: () => void): void }
  start(): unknown
  stop(): unknown
  _stop(): unknown
}

const asked = [{ type: 'task.kill' }, { type: 'task.grant' }, { type: 'a' }, { type: 'nobody knows' }]

/** All that can be seen of the actor that lives through the course, in order. */
export function seenOf({ steps, answer }: Course, make: (parent: AnyActorRef) => AnyActorRef): string[] {
  const marks: string[] = []
  const mark = (kind: string, what: unknown): void => {
    marks.push(`${kind} ${written(what)}`)
  }
  const late: (() => void)[] = []
  const restore = insteadOfTimers((ring) => late.push(ring))
  try {
    const parent = createActor(
      fromTransition((_: number, event: EventObject) => {
        mark('parent', event)
        return 0
      }, 0),
    ).start() as AnyActorRef
    const actor = make(parent)
    const hidden = actor as unknown as Hidden
    const observers: Subscription[] = []
    const inspectors: Subscription[] = []
    const held: { readonly snapshot: AnyMachineSnapshot; readonly said: string }[] = []
    let answers = 3
    const sendBack = (): void => {
      if (answers-- > 0) actor.send(answer as never)
    }
    const look = (): void => {
      const snapshot = actor.getSnapshot() as AnyMachineSnapshot
      mark('snapshot', described(snapshot, asked))
      mark('same', [actor.getSnapshot() === snapshot, held.map((one) => one.snapshot === snapshot)])
      held.push({ snapshot, said: written(described(snapshot, [])) })
      mark('persisted', (actor as Actor<AnyStateMachine>).getPersistedSnapshot())
      mark('actor', [actor.id, hidden.systemId, JSON.stringify(actor), hidden._processingStatus])
      mark('of', [hidden._parent === parent, actor.system === parent.system, actor instanceof Actor])
      mark('with', [hidden.options.id, hidden.options.parent === parent, hidden.options.devTools])
    }
    const took = (who: readonly Subscription[], manner: Manner): void => {
      if (manner.startsWith('sends back')) sendBack()
      if (manner === 'sends back and stops it') hidden._stop()
      if (manner === 'looks and leaves') {
        look()
        who.at(-1)?.unsubscribe()
      }
      if (manner === 'throws') throw new Error('of an observer')
    }
    const take = (step: Step): void => {
      switch (step.do) {
        case 'send':
          actor.send(step.event as never)
          return
        case 'send taken out': {
          const { send } = actor
          send(step.event as never)
          return
        }
        case 'start':
          mark('started', hidden.start() === actor)
          return
        case 'stop':
          hidden._stop()
          return
        case 'stop from outside':
          hidden.stop()
          return
        case 'look':
          look()
          return
        case 'listen':
          ;(actor as Actor<AnyStateMachine>).on('*', () => mark('emitted', 0))
          return
        case 'defer':
          hidden._actorScope.defer(() => mark('carried out', hidden._processingStatus))
          return
        case 'observe': {
          const { manner } = step
          const observer = {
            next: (snapshot: AnyMachineSnapshot) => {
              mark('next', [described(snapshot, []), actor.getSnapshot() === snapshot])
              took(observers, manner)
            },
            complete: () => {
              mark('complete', hidden._processingStatus)
              took(observers, manner)
            },
          }
          const error = (error: unknown): void => mark('error', String(error))
          observers.push(
            actor.subscribe(manner === 'has no ear for errors' ? observer : { ...observer, error }),
          )
          return
        }
        case 'inspect': {
          const { manner } = step
          inspectors.push(
            parent.system.inspect((told) => {
              mark(told.type, inspected(told, actor, parent))
              // What an inspector throws comes out wherever it was told something: nothing that anybody relies on.
              if (manner !== 'throws') took(inspectors, manner)
            }),
          )
          return
        }
        case 'unobserve':
          observers.pop()?.unsubscribe()
          return
        case 'uninspect':
          inspectors.pop()?.unsubscribe()
          return
      }
    }
    for (const step of steps) {
      try {
        take(step)
      } catch (error) {
        mark('thrown', String(error))
      }
      mark('is', hidden._processingStatus)
    }
    look()
    for (const { snapshot, said } of held) mark('still', written(described(snapshot, [])) === said)
  } finally {
    restore()
  }
  for (const ring of late) {
    try {
      ring()
    } catch (error) {
      mark('nobody heard', String(error))
    }
  }
  return marks
}

function inspected(told: InspectionEvent, actor: AnyActorRef, parent: AnyActorRef): object {
  const nameOf = (ref: unknown): string => (ref === actor ? 'task' : ref === parent ? 'parent' : 'nobody')
  const {
    type,
    input: _,
    ...event
  } = ('event' in told ? told.event : {}) as EventObject & { input?: unknown }
  return {
    of: nameOf(told.actorRef),
    from: told.type === '@xstate.event' ? nameOf(told.sourceRef) : '',
    event: { type, ...event },
    snapshot:
      told.type === '@xstate.snapshot' && told.actorRef === actor
        ? described(told.snapshot as AnyMachineSnapshot, [])
        : undefined,
  }
}

/** XState throws what nobody hears in a timer of its own. */
function insteadOfTimers(set: (ring: () => void) => void): () => void {
  const { setTimeout } = globalThis
  globalThis.setTimeout = ((ring: () => void) => set(ring)) as unknown as typeof setTimeout
  return () => {
    globalThis.setTimeout = setTimeout
  }
}

function written(what: unknown): string {
  return JSON.stringify(what, (_, value: unknown) => {
    if (value === undefined) return 'undefined'
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
    return value instanceof Error ? String(value) : value
  })
}
