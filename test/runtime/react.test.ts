import { useSelector } from '@xstate/react'
import { createRuntime, logic, plan, SimulatedClock } from 'dagmar'
import { createElement } from 'react'
import { create, type ReactTestRenderer } from 'react-test-renderer'
import { describe, expect, it, vi } from 'vitest'
import { type AnyActorRef, type AnyMachineSnapshot, createMachine } from 'xstate'

const review = createMachine({
  initial: 'open',
  states: { open: { on: { approve: 'approved' } }, approved: { type: 'final' } },
})

function State({ of }: { readonly of: AnyActorRef }) {
  return useSelector(of, (snapshot: AnyMachineSnapshot) => String(snapshot.value))
}

describe('a component that selects from the actor of a run, of a task, and of its work', () => {
  it('shows the state of each, and changes with it', async () => {
    const clock = new SimulatedClock()
    const run = createRuntime({ clock }).dispatch(
      plan({ name: 'one', tasks: { review: { run: logic(review) } } }),
    )
    await clock.advanceAsync(1)
    const shown: ReactTestRenderer[] = []
    const work = run.actorOf('review', 'work')!
    const actors: readonly AnyActorRef[] = [run.actor, run.actorOf('review')!, work]
    for (const of of actors) shown.push(create(createElement(State, { of })))
    // React renders in turns of its own.
    const shows = (...states: readonly string[]) =>
      vi.waitFor(() => expect(shown.map((one) => one.toJSON())).toEqual(states))
    await shows('running', 'running', 'open')
    work.send({ type: 'approve' })
    await clock.advanceAsync(1)
    await shows('completed', 'completed', 'approved')
  })
})
