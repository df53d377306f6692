import { createRuntime, dag } from 'dagmar'
import { actors } from '../ways/actors.ts'
import { compile } from 'dagmar/compile'
import { describe, expect, it } from 'vitest'
import {
  type AnyActorRef,
  createActor,
  createMachine,
  fromPromise,
  initialTransition,
  setup,
  StateMachine,
  transition,
} from 'xstate'
import { machineLogic } from '../../src/runtime/logic/machine-logic.ts'

const act = (): void => {}

/** A door that notes what is done to it. */
function door(done: string[]) {
  return setup({
    types: {} as { context: { opened: number }; input: number; events: { type: 'open' | 'shut' | 'remove' } },
    guards: { isFresh: ({ context }) => context.opened < 2 },
    actions: {
      noteOpened: ({ context }) => {
        context.opened++
      },
      creak: () => void done.push('creak'),
      latch: () => void done.push('latch'),
      unlatch: () => void done.push('unlatch'),
      lift: () => void done.push('lift'),
    },
  }).createMachine({
    id: 'door',
    initial: 'shut',
    context: ({ input }) => ({ opened: input }),
    output: ({ context }) => context.opened,
    on: { remove: '.gone' },
    states: {
      shut: {
        entry: 'latch',
        exit: 'unlatch',
        on: { open: { guard: 'isFresh', target: 'open', actions: ['noteOpened', 'creak'] } },
      },
      open: { tags: ['airy'], meta: { mind: 'the draught' }, on: { shut: 'shut' } },
      gone: { type: 'final', entry: 'lift' },
    },
  })
}

describe('a compiled machine', () => {
  it('is a state machine with real snapshots of the machine it was made of', () => {
    const machine = door([])
    const compiled = compile(machine)
    expect(compiled).toBeInstanceOf(StateMachine)
    const actor = createActor(compiled, { input: 0 }).start()
    actor.send({ type: 'open' })
    const snapshot = actor.getSnapshot()
    expect(snapshot.machine).toBe(machine)
    expect([snapshot.value, snapshot.matches('open' as never), snapshot.hasTag('airy' as never)]).toEqual([
      'open',
      true,
      true,
    ])
    expect([snapshot.can({ type: 'open' }), snapshot.can({ type: 'shut' })]).toEqual([false, true])
    expect(snapshot.getMeta()).toEqual({ 'door.open': { mind: 'the draught' } })
    expect(snapshot.toJSON()).toMatchObject({ status: 'active', value: 'open', context: { opened: 1 } })
  })

  it('enters its first state when its actor starts, and not again when it is restored', () => {
    const done: string[] = []
    const compiled = compile(door(done))
    const actor = createActor(compiled, { input: 0 })
    expect(done).toEqual([])
    actor.start()
    expect(done).toEqual(['latch'])
    const snapshot = actor.getPersistedSnapshot()
    const restored = createActor(compiled, { snapshot, input: 7 }).start()
    restored.send({ type: 'open' })
    expect(done).toEqual(['latch', 'unlatch', 'creak'])
    expect(restored.getSnapshot().context).toEqual({ opened: 1 })
  })

  it('starts the actors that a restored snapshot brings along, and stops them at its end', () => {
    const waiting = createMachine({ initial: 'on', states: { on: {} } })
    const machine = setup({ actors: { waiting } }).createMachine({
      initial: 'one',
      on: { remove: '.gone' },
      states: { one: {}, gone: { type: 'final' } },
    })
    const compiled = compile(machine)
    const child = { snapshot: createActor(waiting).getPersistedSnapshot(), src: 'waiting' }
    const snapshot = { ...createActor(machine).getPersistedSnapshot(), children: { child } }
    const actor = createActor(compiled, { snapshot: snapshot as never }).start()
    const restored = actor.getSnapshot().children['child'] as ReturnType<typeof createActor>
    const statuses = [restored.getSnapshot().status]
    actor.send({ type: 'remove' })
    statuses.push(restored.getSnapshot().status, actor.getSnapshot().status)
    expect(statuses).toEqual(['active', 'stopped', 'done'])
  })

  it('ends with its output, and stops as any actor does', () => {
    const compiled = compile(door([]))
    const ended = createActor(compiled, { input: 5 }).start()
    ended.send({ type: 'remove' })
    expect(ended.getSnapshot()).toMatchObject({ status: 'done', value: 'gone', output: 5 })
    const stopped = createActor(compiled, { input: 5 }).start()
    expect(stopped.stop().getSnapshot()).toMatchObject({ status: 'stopped', value: 'shut' })
  })

  it('never leaves a snapshot that is done', () => {
    const done: string[] = []
    const compiled = compile(door(done))
    const actor = createActor(compiled, { input: 0 }).start()
    actor.send({ type: 'remove' })
    const before = [...done]
    const [snapshot, actions] = transition(compiled, actor.getSnapshot(), { type: 'remove' })
    expect(snapshot).toBe(actor.getSnapshot())
    expect([done, actions]).toEqual([before, []])
  })

  it("leaves its effects to the caller of XState's pure functions", () => {
    const done: string[] = []
    const compiled = compile(door(done))
    const [first, entry] = initialTransition(compiled, 0)
    const [second, actions] = transition(compiled, first, { type: 'open' })
    expect([second.value, done]).toEqual(['open', []])
    expect([entry, actions].map((list) => list.map(({ type }) => type))).toEqual([
      ['latch'],
      ['unlatch', 'noteOpened', 'creak'],
    ])
  })

  it('gives each actor a context of its own, even if all were made of one object', () => {
    const shared = { opened: 0 }
    const machine = createMachine({
      initial: 'one',
      context: () => shared,
      states: { one: { on: { open: { actions: ({ context }) => void (context['opened'] as number)++ } } } },
    })
    const compiled = compile(machine)
    const [one, other] = [createActor(compiled).start(), createActor(compiled).start()]
    one.send({ type: 'open' } as never)
    expect([one, other].map((actor) => actor.getSnapshot().context['opened'])).toEqual([1, 0])
    expect(shared).toEqual({ opened: 0 })
  })

  it('takes over the very context that its function returns where it was told to, and when it is provided anew', () => {
    const context = { opened: 0 }
    const machine = setup({
      types: {} as { context: { opened: number }; events: { type: 'open' } },
    }).createMachine({
      initial: 'shut',
      context: () => context,
      states: { shut: {} },
    })
    const contextOf = (compiled: typeof machine) => createActor(compiled).start().getSnapshot().context
    const own = compile(machine, { ownContext: true })
    expect(contextOf(own)).toBe(context)
    expect(contextOf(own.provide({}))).toBe(context)
    expect(contextOf(compile(machine))).not.toBe(context)
    expect(contextOf(compile(machine))).toEqual(context)
  })

  it("can be spread, as XState's machines can, and so can the logic of runtimes and runs", async () => {
    const compiled = compile(door([]))
    const spread: typeof compiled = Object.assign({}, compiled)
    const opened = createActor(spread, { input: 0 }).start()
    opened.send({ type: 'open' })
    expect(opened.getSnapshot().value).toBe('open')
    const restored = createActor(spread, { snapshot: opened.getPersistedSnapshot(), input: 0 }).start()
    expect(restored.getSnapshot().value).toBe('open')
    const [first] = initialTransition(spread, 0)
    expect(transition(spread, first, { type: 'open' })[0].value).toBe('open')
    const runtime = createRuntime()
    const run = runtime.dispatch(dag('one').task('a', () => 1))
    const needed = ['transition', 'getInitialSnapshot', 'getPersistedSnapshot', 'restoreSnapshot', 'start']
    for (const actor of [runtime.actor, run.actor]) {
      const { logic } = actor as unknown as { readonly logic: object }
      expect(Object.keys({ ...logic })).toEqual(expect.arrayContaining(needed))
    }
    await runtime.shutdown()
  })

  it('is provided with other actions by compiling anew', () => {
    const done: string[] = []
    const provided = compile(door([])).provide({ actions: { latch: () => void done.push('clack') } })
    createActor(provided, { input: 0 }).start()
    expect(done).toEqual(['clack'])
    expect(Object.hasOwn(provided, 'transition')).toBe(true)
    expect(Object.hasOwn(compile(door([]).provide({})), 'transition')).toBe(true)
  })

  it('is the work of other machines, and tells them of its end', async () => {
    const outer = setup({ actors: { door: compile(door([])) } }).createMachine({
      initial: 'building',
      states: {
        building: { invoke: { src: 'door', id: 'door', input: 3, onDone: 'built' } },
        built: { type: 'final' },
      },
    })
    const actor = createActor(outer).start()
    actor.getSnapshot().children.door!.send({ type: 'remove' })
    expect(actor.getSnapshot().value).toBe('built')
  })

  it('may begin in a final state', () => {
    const done: string[] = []
    const note = (): void => void done.push('entered')
    const machine = createMachine({
      initial: 'end',
      output: 1,
      states: { end: { type: 'final', entry: note } },
    })
    expect(createActor(compile(machine)).start().getSnapshot()).toMatchObject({ status: 'done', output: 1 })
    expect(done).toEqual(['entered'])
  })

  it('starts in error if its context function spawns', () => {
    const machine = createMachine({
      initial: 'one',
      context: ({ spawn }) => ({ child: spawn(fromPromise(async () => 1)) }),
      states: { one: {} },
    })
    const actor = createActor(compile(machine))
    expect(actor.getSnapshot().status).toBe('error')
    expect((actor.getSnapshot().error as Error).message).toContain('cannot spawn')
  })
})

describe('the machines of runs and tasks', () => {
  it('are flat', () => {
    const { dag, task } = machineLogic('interpreted')
    expect(() => [compile(task), compile(dag)]).not.toThrow()
  })

  it.each([
    ['without options', {}, false],
    ["with mode 'compiled'", { mode: 'compiled' }, false],
    ["with mode 'interpreted'", { mode: 'interpreted' }, true],
    ["with mode 'compiled' and inspect", { mode: 'compiled', inspect: act }, true],
  ] as const)('are driven as they ought to be %s', async (_, options, wants) => {
    const isInterpreted = wants || actors === 'interpreted'
    const runtime = createRuntime(options)
    const interpreted = new Set<string>()
    const inspected = new Set<string>()
    runtime.actor.system.inspect((event) => {
      const { id } = event.actorRef as AnyActorRef
      inspected.add(`${id} ${event.type}`)
      if (event.type === '@xstate.microstep') interpreted.add(id)
    })
    const run = runtime.dispatch(dag('one').task('build', () => 1))
    await run.result
    await runtime.shutdown()
    expect([interpreted.has('build'), interpreted.has(run.id)]).toEqual([isInterpreted, isInterpreted])
    for (const type of ['@xstate.actor', '@xstate.event', '@xstate.snapshot']) {
      expect([...inspected]).toEqual(expect.arrayContaining([`build ${type}`, `${run.id} ${type}`]))
    }
  })
})
