import fc, { type Arbitrary } from 'fast-check'
import type { StateModel, TransitionModel } from '../../../../src/inspector/protocol.ts'

interface Drawn {
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly children: readonly Drawn[]
  readonly transitions: readonly DrawnTransition[]
}

interface DrawnTransition {
  readonly event: string
  readonly guard: boolean
  readonly after: boolean
  /** Which of all states it leads to, counted round. None: it stays. */
  readonly targets: readonly number[]
}

const anyTransition: Arbitrary<DrawnTransition> = fc.record({
  event: fc.constantFrom('', 'go', 'stop', 'a.rather.long.name.of.an.event', 'xstate.done.actor.work'),
  guard: fc.boolean(),
  after: fc.boolean(),
  targets: fc.array(fc.nat(40), { maxLength: 2 }),
})

const { drawn } = fc.letrec<{ drawn: Drawn }>((tie) => ({
  drawn: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constantFrom<Drawn['kind']>('atomic', 'atomic', 'atomic', 'final', 'history'),
      children: fc.constant([]),
      transitions: fc.array(anyTransition, { maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constantFrom<Drawn['kind']>('compound', 'compound', 'parallel'),
      children: fc.array(tie('drawn'), { minLength: 1, maxLength: 4 }),
      transitions: fc.array(anyTransition, { maxLength: 2 }),
    }),
  ),
}))

/** A machine with any nesting, whose transitions lead anywhere. */
export const anyModel: Arbitrary<StateModel> = fc
  .record({
    kind: fc.constantFrom<Drawn['kind']>('compound', 'parallel'),
    children: fc.array(drawn, { minLength: 1, maxLength: 5 }),
    transitions: fc.array(anyTransition, { maxLength: 3 }),
  })
  .map((root) => {
    const ids: string[] = []
    const name = (one: Drawn, id: string): void => {
      ids.push(id)
      one.children.forEach((child, place) => name(child, `${id}.s${place}`))
    }
    name(root, 'root')
    const model = (one: Drawn, id: string, key: string): StateModel => ({
      id,
      key,
      type: one.kind,
      ...(one.kind === 'compound' ? { initial: `${id}.s0` } : {}),
      transitions: one.kind === 'final' || one.kind === 'history' ? [] : one.transitions.map(transition),
      states: one.children.map((child, place) => model(child, `${id}.s${place}`, `s${place}`)),
    })
    const transition = ({ event, guard, after, targets }: DrawnTransition): TransitionModel => ({
      event: after ? 'xstate.after.5000.x' : event,
      ...(after ? { after: '5000' } : {}),
      targets: targets.map((target) => ids[target % ids.length]!),
      ...(guard ? { guard: 'isReady' } : {}),
    })
    return model(root, 'root', 'root')
  })
