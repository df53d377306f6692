import {
  type AnyActorRef,
  type AnyMachineSnapshot,
  createActor,
  type EventObject,
  fromTransition,
  type InspectionEvent,
  setup,
} from 'xstate'
import { driven } from '../compile/driven.ts'
import { driveOf } from '../compile/drive.ts'
import type { ActorHost } from './actor-host.ts'
import type { SlimKin } from './kin.ts'
import { lastingSnapshots } from './lasting-snapshots.ts'
import { NamedActor } from './named-actor.ts'
import { SlimActor } from './slim-actor.ts'
import { watchOf } from './watch.ts'
import { type InnerActor, insideOf } from './xstate-insides.ts'

interface Context {
  notes: number
}

interface Probe extends InnerActor {
  start(): unknown
  send(event: EventObject): void
  getSnapshot(): AnyMachineSnapshot
  getPersistedSnapshot(): unknown
  subscribe(observer: object): { unsubscribe(): void }
}

/** Takes two actors of one machine through ten steps, a slim one and XState's own: what can be seen of them first that differs. */
export function firstDifference(): string | undefined {
  const logic = compileProbe()
  const slim = marksOf(logic, (kin, host) => new SlimActor(kin, { notes: 0 }, host))
  const own = marksOf(logic, ({ parent, doneType }, { actorName: id }) => {
    const options = { parent: parent as never, id, input: { notes: 0 } }
    return new NamedActor(logic, options as never, doneType)
  })
  const at = own.findIndex((mark, index) => mark !== slim[index])
  return at === -1 && own.length === slim.length ? undefined : `${own[at]} is ${slim[at]}`
}

function compileProbe() {
  const note = ({ context }: { readonly context: Context }): void => {
    context.notes++
  }
  const types = {} as { context: Context; input: Context }
  const machine = setup({ types }).createMachine({
    id: 'probe',
    initial: 'one',
    context: ({ input }) => input,
    output: ({ context }) => context,
    on: { note: { actions: note } },
    states: {
      one: { entry: note, on: { next: { target: 'two', actions: note } } },
      two: { on: { next: { guard: ({ context }) => context.notes > 4, target: 'three' } } },
      three: { type: 'final', entry: note },
    },
  })
  return lastingSnapshots(driven(machine))
}

function marksOf(
  logic: ReturnType<typeof compileProbe>,
  make: (kin: SlimKin, host: ActorHost) => object,
): readonly string[] {
  const marks: string[] = []
  const mark = (kind: string, what: unknown): void => {
    marks.push(`${kind} ${JSON.stringify(what)}`)
  }
  const parent = createActor(
    fromTransition((_: number, event: EventObject) => {
      mark('parent', event)
      return 0
    }, 0),
  ).start()
  const { system } = insideOf(parent as AnyActorRef)
  const kin: SlimKin = {
    logic,
    kind: 'probe',
    doneType: 'xstate.done.actor.probe',
    parent: insideOf(parent as AnyActorRef),
    system,
    watch: watchOf(system),
    drive: driveOf(logic)!,
  }
  const actor = make(kin, { actorName: 'probed', contextMoved: () => {} }) as Probe
  const look = (): void => {
    const { status, value, context, output } = actor.getSnapshot()
    mark('snapshot', { status, value, context, output, keys: Object.keys(actor.getSnapshot()) })
  }
  const observer = {
    next: ({ value, context }: AnyMachineSnapshot) => mark('next', [value, context]),
    complete: () => mark('complete', actor.id),
  }
  const steps: readonly (() => void)[] = [
    look,
    () => actor.start(),
    () => actor.send({ type: 'note' }),
    () => actor.send({ type: 'unheard of' }),
    look,
    () => actor.send({ type: 'next' }),
    () => {
      const subscription = actor.subscribe(observer)
      actor.send({ type: 'note' })
      subscription.unsubscribe()
    },
    () => {
      const inspection = system.inspect((told: InspectionEvent) =>
        mark(told.type, told.actorRef === (actor as unknown) && 'event' in told && told.event),
      )
      actor.send({ type: 'note' })
      inspection.unsubscribe()
    },
    () => {
      actor.send({ type: 'note' })
      actor.send({ type: 'next' })
    },
    () => {
      actor.send({ type: 'note' })
      actor.subscribe(observer)
      mark('persisted', actor.getPersistedSnapshot())
    },
  ]
  for (const step of steps) {
    step()
    mark('is', [actor.id, actor._processingStatus, actor._parent === kin.parent])
  }
  look()
  return marks
}
