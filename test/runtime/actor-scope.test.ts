import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AnyActorRef, createActor, createMachine, fromTransition, type InspectionEvent } from 'xstate'
import { compile } from '../../src/runtime/compile/compile.ts'
import { slimActor } from './actor-course.ts'

interface Scope {
  stopChild(child: unknown): void
  emit(event: { readonly type: string }): void
  actionExecutor(action: object): void
}

const logic = compile(createMachine({ initial: 'on', states: { on: {} } }))

/** What is seen of an actor whose scope is used as XState's own code for machines uses it. */
function seenOf(make: (parent: AnyActorRef) => AnyActorRef): unknown[] {
  const seen: unknown[] = []
  const parent = createActor(fromTransition(() => 0, 0)).start() as AnyActorRef
  const actor = make(parent)
  const { _actorScope: scope } = actor as unknown as { readonly _actorScope: Scope }
  const inner = actor as unknown as {
    start(): void
    on(type: string, listen: (event: unknown) => void): void
  }
  const act = (name: string): void =>
    scope.actionExecutor({
      type: name,
      params: { name },
      info: name,
      exec: (...given: unknown[]) => seen.push(given),
    })
  act('before the start')
  inner.start()
  act('after it')
  parent.system.inspect((told: InspectionEvent) => {
    if (told.type === '@xstate.action') seen.push([told.action, told.actorRef === actor])
  })
  scope.actionExecutor({ type: 'without effect', params: undefined, info: 0 })
  inner.on('called', (event) => seen.push(['called', event]))
  inner.on('*', (event) => {
    seen.push(['any', event])
    throw new Error('of a listener')
  })
  scope.emit({ type: 'called' })
  scope.emit({ type: 'other' })
  const stopped: unknown[] = []
  scope.stopChild({ _parent: actor, id: 'child', _stop: () => stopped.push('stopped') })
  seen.push(stopped)
  try {
    scope.stopChild({ _parent: parent, id: 'child' })
  } catch (error) {
    seen.push(String(error))
  }
  vi.runAllTicks()
  for (let left = vi.getTimerCount(); left > 0; left--) {
    try {
      vi.advanceTimersToNextTimer()
    } catch (error) {
      seen.push(`nobody heard ${String(error)}`)
    }
  }
  return seen
}

describe('what XState is handed by a slim actor', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('does what that of its own actors does', () => {
    const own = seenOf((parent) => createActor(logic, { parent, id: 'task' }) as AnyActorRef)
    expect(seenOf((parent) => slimActor(logic, parent, undefined))).toEqual(own)
    expect(own).toContain('nobody heard Error: of a listener')
  })
})
