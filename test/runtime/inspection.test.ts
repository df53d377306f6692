import { createRuntime, logic, plan, type Runtime, type RuntimeOptions, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { type AnyActorRef, createMachine, type InspectionEvent } from 'xstate'
import { type Shown, stately } from './stately.ts'
import { fails } from './watching.ts'

/** A dag that has a bit of all: a retry, a failure, a task that waits for a person, one that is skipped. */
function eventful() {
  let tries = 0
  const wait = (ms: number, clock: SimulatedClock) =>
    new Promise<void>((resolve) => {
      clock.setTimeout(() => resolve(), ms)
    })
  const review = createMachine({
    id: 'review',
    initial: 'open',
    states: { open: { on: { approve: 'approved' } }, approved: { type: 'final' } },
  })
  return (clock: SimulatedClock) =>
    plan({
      name: 'eventful',
      tasks: {
        build: {
          retry: { maxAttempts: 2, backoff: { base: 100 } },
          run: async () => {
            await wait(10, clock)
            tries++
            if (tries === 1) throw new Error('not yet')
            return 'bundle'
          },
        },
        review: { needs: ['build'], run: logic(review) },
        deploy: { needs: ['review'], run: fails() },
        announce: { needs: ['deploy'], run: () => 1 },
      },
    })
}

/** The dag, run to its end; somebody may come when the clock stands at an instant. */
async function played(
  options: Omit<RuntimeOptions, 'clock'>,
  attach?: { readonly at: number; readonly with: (runtime: Runtime) => void },
): Promise<{ readonly runtime: Runtime }> {
  const clock = new SimulatedClock()
  const runtime = createRuntime({ ...options, clock })
  const run = runtime.dispatch(eventful()(clock), { id: 'run-1' })
  await clock.advanceAsync(attach?.at ?? 0)
  attach?.with(runtime)
  await clock.advanceAsync(1_000)
  run.actorOf('review', 'work')!.send({ type: 'approve' })
  await clock.advanceAsync(1_000)
  await run.result
  return { runtime }
}

/** Each snapshot of an actor in the words of its machine and in those of its context. */
function statesOf(shown: readonly Shown[], sessionId: string) {
  return shown
    .filter((one) => one.type === '@xstate.snapshot' && one.sessionId === sessionId)
    .map(({ snapshot }) => ({
      value: snapshot!.value,
      state: snapshot!.context!['state'],
      attempt: snapshot!.context!['attempt'],
      hasFailed: 'failure' in snapshot!.context!,
      output: snapshot!.context!['output'],
    }))
}

describe("Stately's inspector", () => {
  it('is shown each actor under the name of its run or task', async () => {
    const eyes = stately()
    await played({ inspect: eyes.inspect })
    const names = await eyes.names()
    expect([...names.values()]).toEqual(['runtime', 'run-1', 'build', 'review', 'work', 'deploy'])
    const actors = (await eyes.shown()).filter(({ type }) => type === '@xstate.actor')
    expect(actors.map(({ parentId }) => (parentId === undefined ? '' : names.get(parentId)))).toEqual([
      '',
      'runtime',
      'run-1',
      'run-1',
      'review',
      'run-1',
    ])
  })

  it('is shown snapshots that say what was so at their moment', async () => {
    const eyes = stately()
    await played({ inspect: eyes.inspect })
    const names = await eyes.names()
    const build = [...names].find(([, name]) => name === 'build')![0]
    expect(statesOf(await eyes.shown(), build)).toEqual([
      { value: 'dispatched', state: 'dispatched', attempt: 0, hasFailed: false, output: undefined },
      { value: 'starting', state: 'starting', attempt: 1, hasFailed: false, output: undefined },
      { value: 'running', state: 'running', attempt: 1, hasFailed: false, output: undefined },
      { value: 'dispatched', state: 'dispatched', attempt: 1, hasFailed: true, output: undefined },
      { value: 'dispatched', state: 'dispatched', attempt: 1, hasFailed: true, output: undefined },
      { value: 'starting', state: 'starting', attempt: 2, hasFailed: true, output: undefined },
      { value: 'running', state: 'running', attempt: 2, hasFailed: true, output: undefined },
      { value: 'completed', state: 'completed', attempt: 2, hasFailed: true, output: 'bundle' },
    ])
    const runtime = [...names].find(([, name]) => name === 'runtime')![0]
    const live = (await eyes.shown())
      .filter((one) => one.type === '@xstate.snapshot' && one.sessionId === runtime)
      .map(({ snapshot }) => snapshot!.context!['live'])
    expect(live).toEqual([0, 1, 0])
  })

  it('is shown whom every event comes from, but what is sent from outside', async () => {
    const eyes = stately()
    await played({ inspect: eyes.inspect })
    const names = await eyes.names()
    const arrows = (await eyes.shown())
      .filter(({ type }) => type === '@xstate.event')
      .map(({ sourceId, sessionId, event }) => {
        const from = sourceId === undefined ? 'nobody' : names.get(sourceId)
        return `${from} → ${names.get(sessionId)}: ${event!.type}`
      })
    expect(arrows.filter((arrow) => arrow.startsWith('nobody'))).toEqual([
      'nobody → runtime: xstate.init',
      // The test itself.
      'nobody → work: approve',
    ])
    expect(new Set(arrows.filter((arrow) => /build|review|work/.test(arrow)))).toEqual(
      new Set([
        'run-1 → build: xstate.init',
        'run-1 → build: task.grant',
        'build → build: attempt.started',
        'build → build: attempt.failed',
        'run-1 → build: task.due',
        'build → build: attempt.completed',
        'build → run-1: xstate.done.actor.task',
        'run-1 → review: xstate.init',
        'run-1 → review: task.grant',
        'review → work: xstate.init',
        'work → review: attempt.started',
        'work → review: attempt.heartbeat',
        'nobody → work: approve',
        'work → review: xstate.done.actor.work',
        'work → review: attempt.completed',
        'review → run-1: xstate.done.actor.task',
      ]),
    )
    expect(arrows).toContain('runtime → run-1: run.start')
    expect(arrows).toContain('run-1 → run-1: run.settled')
    expect(arrows).toContain('run-1 → runtime: xstate.done.actor.dag')
  })

  it('gets messages of the same size in a run of a thousand tasks as in one of ten', async () => {
    const longest = async (size: number): Promise<Readonly<Record<string, number>>> => {
      const eyes = stately()
      const runtime = createRuntime({ clock: new SimulatedClock(), inspect: eyes.inspect })
      const tasks = Array.from({ length: size }, (_, index) => [`t${index}`, { run: () => index }] as const)
      await runtime.run(plan({ name: 'many', tasks }), { id: 'run-1' })
      const by: Record<string, number> = {}
      for (const { type, size: length } of await eyes.shown()) by[type] = Math.max(by[type] ?? 0, length)
      return by
    }
    const [few, many] = [await longest(10), await longest(1_000)]
    // Ids and counters are a digit or two longer, up to four times in a message.
    for (const [type, length] of Object.entries(few)) expect(many[type]! - length).toBeLessThan(20)
    expect(many['@xstate.event']).toBeLessThan(1_000)
    expect(many['@xstate.snapshot']).toBeLessThan(2_000)
  })

  it('is shown the same from there on where it is attached late', async () => {
    const early = stately()
    await played({ inspect: early.inspect }, { at: 50, with: () => {} })
    const late = stately()
    await played({}, { at: 50, with: (runtime) => runtime.actor.system.inspect(late.inspect) })
    const since = await withoutNames(late)
    const all = await withoutNames(early)
    expect(since.length).toBeGreaterThan(30)
    expect(all.slice(-since.length)).toEqual(since)
    expect(all.length).toBeGreaterThan(since.length)
  })
})

/** The messages, with actors numbered by when they first come up from the end: session ids differ from system to system. */
async function withoutNames(eyes: { readonly shown: () => Promise<readonly Shown[]> }): Promise<unknown[]> {
  const shown = await eyes.shown()
  const ids = new Map<string, number>()
  const known = (id: string | undefined): number | undefined => {
    if (id === undefined) return undefined
    if (!ids.has(id)) ids.set(id, ids.size)
    return ids.get(id)
  }
  for (const { sessionId } of shown.toReversed()) known(sessionId)
  return shown.map(({ type, name, sessionId, parentId, sourceId, event, snapshot }) => ({
    type,
    name,
    of: known(sessionId),
    parent: known(parentId),
    from: known(sourceId),
    event: withoutStacks(event),
    snapshot: type === '@xstate.actor' ? undefined : withoutStacks(snapshot),
  }))
}

/** Stacks name the frames by which the runtime was driven, which differ. */
function withoutStacks(told: unknown): unknown {
  return JSON.parse(
    JSON.stringify(told ?? null, (key, value: unknown) => (key === 'stack' ? undefined : value)),
  )
}

describe('what inspectors are told', () => {
  it('leads from no event or context to the plan or to the record of the run', async () => {
    const told: InspectionEvent[] = []
    const { runtime } = await played({ inspect: (event) => told.push(event) })
    const [run] = runtime.runs()
    const reached = new Set<unknown>()
    for (const one of told) {
      if ('event' in one) reach(one.event, reached)
      if ('snapshot' in one) reach((one.snapshot as { readonly context?: unknown }).context, reached)
    }
    const planned = [run!.plan, run!.plan.tasks, ...run!.plan.tasks]
    expect(planned.filter((part) => reached.has(part))).toEqual([])
    // What a task decides by is shared with its plan, and is all there is of it.
    expect(planned[2]).toMatchObject({ policy: {} })
    expect(reached.has((planned[2] as { readonly policy: object }).policy)).toBe(true)
    const isPlain = (one: unknown): boolean =>
      Array.isArray(one) || Object.getPrototypeOf(one) === Object.prototype
    expect([...reached].filter((one) => !isPlain(one))).toEqual([])
  })
})

/** Every object below, by names and symbols alike. */
function reach(one: unknown, reached: Set<unknown>): void {
  if (typeof one !== 'object' || one === null || reached.has(one)) return
  reached.add(one)
  for (const key of Reflect.ownKeys(one)) reach((one as Record<PropertyKey, unknown>)[key], reached)
}

describe('a snapshot of a task actor', () => {
  it.each(['compiled', 'interpreted'] as const)(
    'goes on to say what was so when it was taken: %s',
    async (mode) => {
      const clock = new SimulatedClock()
      const runtime = createRuntime({ clock, mode })
      const run = runtime.dispatch(eventful()(clock), { id: 'run-1' })
      const ofRun = run.actor.getSnapshot()
      await clock.advanceAsync(5)
      const actor = run.actorOf('build')!
      const running = actor.getSnapshot()
      const observed: unknown[] = []
      actor.subscribe(({ value, context }) => observed.push([value, context]))
      await clock.advanceAsync(50)
      const waiting = actor.getSnapshot()
      expect(running.context).toMatchObject({ state: 'running', attempt: 1, failure: undefined })
      expect(waiting.context).toMatchObject({ state: 'dispatched', waitingFor: 'retry', attempt: 1 })
      expect(waiting.context.failure).toMatchObject({ message: 'not yet' })
      await clock.advanceAsync(1_000)
      run.actorOf('review', 'work')!.send({ type: 'approve' })
      await run.result
      expect(waiting.context).toMatchObject({ state: 'dispatched', output: undefined })
      expect(observed).toEqual(
        ['dispatched', 'dispatched', 'starting', 'running', 'completed'].map((state) => [
          state,
          expect.objectContaining({ state }),
        ]),
      )
      expect(ofRun.context.state).toBe('running')
      expect(run.actor.getSnapshot().context.state).toBe('failed')
    },
  )

  it('stays the same one while nothing of it changes', async () => {
    for (const mode of ['compiled', 'interpreted'] as const) {
      const clock = new SimulatedClock()
      const runtime = createRuntime({ clock, mode })
      const run = runtime.dispatch(eventful()(clock))
      await clock.advanceAsync(5)
      const actor = run.actorOf('build')!
      const before = actor.getSnapshot()
      // A heartbeat of an attempt without a stall timeout.
      actor.send({ type: 'attempt.heartbeat', attempt: 1, at: 5 })
      expect(actor.getSnapshot()).toBe(before)
    }
  })
})

describe('the actors of a run', () => {
  it('are named by id, and by one done event of their kind', async () => {
    const told: string[] = []
    const runtime = createRuntime()
    runtime.actor.system.inspect((one) => {
      if (one.type === '@xstate.event') told.push(`${(one.actorRef as AnyActorRef).id} ${one.event.type}`)
    })
    await runtime.run(plan({ name: 'two', tasks: { a: { run: () => 1 }, b: { run: () => 2 } } }), { id: 'r' })
    expect(told.filter((one) => one.includes('xstate.done'))).toEqual([
      'r xstate.done.actor.task',
      'r xstate.done.actor.task',
      `${runtime.actor.id} xstate.done.actor.dag`,
    ])
  })
})
