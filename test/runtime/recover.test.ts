import {
  type Attempt,
  createRuntime,
  type Executor,
  memoryStore,
  type Plan,
  plan,
  type Report,
  type RunFact,
  type RunHandle,
  type Runtime,
  type RuntimeOptions,
  SimulatedClock,
  type Store,
  type TaskDefinition,
} from 'dagmar'
import { checkInvariants } from 'dagmar/testing'
import { describe, expect, it } from 'vitest'
import { type Desk, desk, type DeskOptions } from './desk.ts'
import { byHand } from './watching.ts'

type Tasks = Readonly<Record<string, TaskDefinition>>

const planOf = (tasks: Tasks, name = 'night'): Plan => plan({ name, tasks }) as unknown as Plan
const two = planOf({ a: { run: byHand }, b: { run: byHand, needs: ['a'] } })

interface Coordinator {
  readonly runtime: Runtime
  readonly hand: Desk
  readonly clock: SimulatedClock
}

function coordinator(
  store: Store | undefined,
  {
    desk: deskOptions = {},
    ...options
  }: Omit<RuntimeOptions, 'store'> & { readonly desk?: DeskOptions } = {},
): Coordinator {
  const hand = desk(deskOptions)
  const clock = new SimulatedClock(1_000)
  const own = store === undefined ? {} : { store }
  return { hand, clock, runtime: createRuntime({ clock, executors: { hand }, ...own, ...options }) }
}

/** A store whose run another coordinator has taken so far. That one is held up, and knows nothing of what follows. */
async function left(
  dag: Plan,
  play: (hand: Desk, run: RunHandle) => void = () => undefined,
  id = 'run',
): Promise<{ readonly store: Store; readonly before: readonly RunFact[] }> {
  const store = memoryStore()
  const { runtime, hand, clock } = coordinator(store)
  const run = runtime.dispatch(dag, { id })
  await clock.advanceAsync(0)
  play(hand, run)
  await clock.advanceAsync(0)
  return { store, before: await store.read(id) }
}

const typesOf = (facts: readonly RunFact[]) =>
  facts.map(({ type, taskId }) => `${type} ${taskId ?? ''}`.trim())
const statusesOf = (run: RunHandle) =>
  Object.fromEntries([...run.view().tasks.values()].map(({ id, status }) => [id, status]))

async function recovered(store: Store, dag: Plan, options: { acceptChanges?: boolean } = {}) {
  const other = coordinator(store)
  const run = await other.runtime.recover('run', { dag, takeOver: true, ...options })
  await other.clock.advanceAsync(0)
  return { ...other, run, facts: () => store.read('run') }
}

describe('runtime.recover', () => {
  it('goes on with a run that another process had, by its dag', async () => {
    const { store, before } = await left(two, (hand) => hand.completes('a/1', 'first'))
    const { run, hand, clock, facts } = await recovered(store, two)
    expect(typesOf((await facts()).slice(before.length))).toEqual([
      'run.recovered',
      'task.interrupted b',
      'task.dispatched b',
      'task.starting b',
      'task.started b',
    ])
    expect(hand.asked).toEqual(['start b/2'])
    hand.completes('b/2', 'second')
    await clock.advanceAsync(0)
    expect(await run.result).toMatchObject({ status: 'completed', outputs: { a: 'first', b: 'second' } })
    expect(checkInvariants(await facts(), two, { ended: true })).toEqual([])
  })

  it('finds the dag by its name among those of the runtime', async () => {
    const { store } = await left(two)
    const { runtime } = coordinator(store, { dags: [planOf({ x: { run: byHand } }, 'day'), two] })
    expect((await runtime.recover('run', { takeOver: true })).plan).toBe(two)
    const { runtime: other } = coordinator(store, { dags: [] })
    await expect(other.recover('run')).rejects.toMatchObject({
      code: 'DAG_MISSING',
      facts: { name: 'night' },
    })
  })

  it('of a run that is settled gives its result and writes nothing; it may be redriven', async () => {
    const { store, before } = await left(two, (hand) => hand.fails('a/1'))
    const other = coordinator(store)
    const run = await other.runtime.recover('run', { dag: two })
    expect(await run.result).toMatchObject({ status: 'failed', counts: { failed: 1, skipped: 1 } })
    expect(await store.read('run')).toEqual(before)
    void run.redrive()
    await other.clock.advanceAsync(0)
    expect(other.hand.asked).toEqual(['start a/2'])
  })

  it('of a run that is settled keeps no runtime from shutting down', async () => {
    const { store } = await left(two, (hand) => hand.fails('a/1'))
    const { runtime } = coordinator(store)
    const run = await runtime.recover('run', { dag: two })
    await runtime.shutdown()
    expect((await run.result).status).toBe('failed')
  })

  it('twice, at once or later, is once', async () => {
    const { store } = await left(two)
    const { runtime, clock } = coordinator(store)
    const [one, same] = await Promise.all([
      runtime.recover('run', { dag: two, takeOver: true }),
      runtime.recover('run', { dag: two, takeOver: true }),
    ])
    await clock.advanceAsync(0)
    const facts = await store.read('run')
    expect(await runtime.recover('run')).toBe(one)
    expect(same).toBe(one)
    expect(runtime.runs()).toEqual([one])
    expect(await store.read('run')).toEqual(facts)
  })

  it('leaves a run to the one that has it, unless it is told to take it over', async () => {
    const store = memoryStore()
    const first = coordinator(store)
    const run = first.runtime.dispatch(two, { id: 'run' })
    await first.clock.advanceAsync(0)
    const second = coordinator(store)
    await expect(second.runtime.recover('run', { dag: two })).rejects.toMatchObject({ code: 'RUN_OWNED' })
    first.hand.completes('a/1')
    await first.clock.advanceAsync(0)
    expect(first.hand.asked).toEqual(['start a/1', 'start b/1'])
    const taken = await second.runtime.recover('run', { dag: two, takeOver: true })
    await second.clock.advanceAsync(0)
    const facts = await store.read('run')
    // The first one hears of it when it wants to write.
    first.hand.completes('b/1')
    first.hand.ends('b/1')
    await first.clock.advanceAsync(0)
    expect((await run.result).failure).toMatchObject({ code: 'STORE_FAILED' })
    expect((await run.result).failure?.message).toContain('opened by somebody else')
    expect(await store.read('run')).toEqual(facts)
    second.hand.completes('b/2')
    await second.clock.advanceAsync(0)
    expect((await taken.result).status).toBe('completed')
  })

  it('is refused without a store, without the run, without an executor of it, and after a shutdown', async () => {
    const { store, before } = await left(two)
    const lone = coordinator(undefined).runtime
    await expect(lone.recover('run', { dag: two })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    const { runtime } = coordinator(store)
    await expect(runtime.recover('other', { dag: two })).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
    await expect(runtime.recover('run', { dog: two } as never)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(runtime.recover('run', { dag: {} as never })).rejects.toMatchObject({ code: 'DAG_INVALID' })
    const handless = createRuntime({ store })
    await expect(handless.recover('run', { dag: two })).rejects.toMatchObject({ code: 'EXECUTOR_UNKNOWN' })
    await runtime.shutdown()
    await expect(runtime.recover('run', { dag: two })).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' })
    expect(await store.read('run')).toEqual(before)
  })
})

describe('a plan that has changed', () => {
  const work = { run: byHand }

  it.each<[string, Tasks, string]>([
    ['a task more', { a: work, b: { run: byHand, needs: ['a'] }, c: work }, "'c' is new"],
    ['a task less', { a: work }, "'b' is gone"],
    ['another need', { a: work, b: work }, "'b' needs 'a' no more"],
    [
      'another rule',
      { a: work, b: { run: byHand, needs: ['a'], when: 'always' } },
      'rule of \'b\' is "always", not "all-completed"',
    ],
    [
      'a limit of time',
      { a: { run: byHand, timeout: '1m' }, b: { run: byHand, needs: ['a'] } },
      'not the options that no journal spells out',
    ],
  ])('by %s is refused in words, and nothing is touched', async (_, tasks, words) => {
    const { store, before } = await left(two)
    const { runtime, hand } = coordinator(store)
    const refused = runtime.recover('run', { dag: planOf(tasks), takeOver: true })
    await expect(refused).rejects.toMatchObject({ code: 'PLAN_CHANGED' })
    await expect(refused).rejects.toThrow(words)
    expect(await store.read('run')).toEqual(before)
    expect(hand.asked).toEqual([])
  })

  it('names the first of many differences, and counts the others', async () => {
    const { store } = await left(two)
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`t${index}`, work]))
    const refused = coordinator(store).runtime.recover('run', { dag: planOf({ ...many }) })
    await expect(refused).rejects.toThrow(/'t0' is new; .*; and 9 more differences\./)
  })

  it('is gone on with where that is accepted: new tasks are open, and what is gone keeps its outcome', async () => {
    const before = planOf({
      done: work,
      gone: work,
      dropped: work,
      live: { run: byHand, needs: ['done'] },
      later: { run: byHand, needs: ['live'] },
    })
    const { store } = await left(before, (hand) => {
      hand.completes('done/1', 'kept')
      hand.fails('gone/1')
    })
    const now = planOf({
      done: work,
      live: { run: byHand, needs: ['done'] },
      fresh: { run: byHand, needs: ['done'] },
      later: { run: byHand, needs: ['live', 'fresh'] },
    })
    const { run, hand, clock, facts } = await recovered(store, now, { acceptChanges: true })
    expect(hand.asked).toEqual(['start live/2', 'start fresh/1'])
    expect(statusesOf(run)).toEqual({
      done: 'completed',
      live: 'running',
      fresh: 'running',
      later: 'pending',
      gone: 'failed',
    })
    expect(run.view().counts).toMatchObject({ completed: 1, running: 2, pending: 1, failed: 1 })
    for (const name of ['live/2', 'fresh/1', 'later/1']) {
      hand.completes(name)
      await clock.advanceAsync(0)
    }
    const result = await run.result
    expect(result.status).toBe('completed')
    expect(Object.keys(result.outcomes)).toEqual(['done', 'live', 'fresh', 'later', 'gone'])
    // From here on it is the plan of the run.
    const again = await recovered(store, now)
    expect(JSON.stringify(await again.run.result)).toBe(JSON.stringify(result))
    expect((await facts()).at(-1)?.type).toBe('run.completed')
    await expect(recovered(store, before)).rejects.toMatchObject({ code: 'PLAN_CHANGED' })
  })

  it('lets what was only ready wait for what it needs now', async () => {
    const { store } = await left(planOf({ a: work, b: work }), (_, run) => run.pause())
    const held = memoryStore()
    const journal = held.create('run', { id: 'dead' })
    const facts = await store.read('run')
    const cut = facts.findIndex(({ type }) => type === 'task.dispatched')
    void held.append([{ journal, facts: facts.slice(0, cut) }])
    const now = planOf({ a: { run: byHand, needs: ['b'] }, b: work })
    const { hand } = await recovered(held, now, { acceptChanges: true })
    expect(hand.asked).toEqual(['start b/1'])
  })

  it('may be what a settled run is redriven with', async () => {
    const { store } = await left(two, (hand) => hand.fails('a/1'))
    const now = planOf({ a: work, b: { run: byHand, needs: ['a'] }, c: work })
    const { run, hand, clock } = await recovered(store, now, { acceptChanges: true })
    expect((await run.result).status).toBe('failed')
    void run.redrive()
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual(['start a/2', 'start c/1'])
    for (const name of ['a/2', 'c/1', 'b/1']) {
      hand.completes(name)
      await clock.advanceAsync(0)
    }
    expect(await run.result).toMatchObject({ status: 'completed', counts: { completed: 3 } })
  })
})

describe('a task that is interrupted again and again', () => {
  async function interruptedTimes(options: Omit<TaskDefinition, 'run'>, times: number) {
    const dag = planOf({ a: { run: byHand, ...options }, b: { run: byHand, needs: ['a'] } })
    const { store } = await left(dag)
    let latest = await recovered(store, dag)
    for (let index = 1; index < times; index++) latest = await recovered(store, dag)
    expect(checkInvariants(await store.read('run'), dag)).toEqual([])
    return latest
  }

  it('starts again three times', async () => {
    expect((await interruptedTimes({}, 3)).hand.asked).toEqual(['start a/4'])
  })

  it('fails after that, and counts against nothing else', async () => {
    const { run, hand } = await interruptedTimes({ retry: { maxAttempts: 2 } }, 4)
    expect(hand.asked).toEqual([])
    expect(await run.result).toMatchObject({
      status: 'failed',
      outcomes: {
        a: { status: 'failed', deadLettered: false, failure: { code: 'ATTEMPT_INTERRUPTED' } },
        b: { status: 'skipped', because: 'dependency-failed' },
      },
    })
    expect((await run.result).rootCauses[0]?.failure.message).toContain('for the 4th time')
  })

  it('never starts again where it must not', async () => {
    const { run, hand } = await interruptedTimes({ maxInterruptions: 0 }, 1)
    expect(hand.asked).toEqual([])
    expect((await run.result).rootCauses[0]?.failure.message).toContain('may not start again')
  })

  it('does as its onFailure says', async () => {
    const ignored = await interruptedTimes({ maxInterruptions: 0, onFailure: 'ignore' }, 1)
    expect(ignored.hand.asked).toEqual(['start b/1'])
    const aborted = await interruptedTimes({ maxInterruptions: 0, onFailure: 'abort' }, 1)
    expect((await aborted.run.result).failure?.code).toBe('RUN_ABORTED')
    const asked = await interruptedTimes({ maxInterruptions: 0, onFailure: 'ask' }, 1)
    expect(asked.run.view().tasks.get('a')?.questions).toEqual([
      expect.stringContaining('a failed: The process'),
    ])
    asked.run.answer('a', 'retry')
    await asked.clock.advanceAsync(0)
    expect(asked.hand.asked).toEqual(['start a/2'])
  })

  it('is that also where the journal ends right behind the interruption', async () => {
    const dag = planOf({ a: { run: byHand, maxInterruptions: 0 } })
    const { store } = await left(dag)
    await recovered(store, dag)
    const facts = await store.read('run')
    const cut = facts.find(({ type }) => type === 'task.interrupted')!.seq
    const torn = memoryStore()
    void torn.append([{ journal: torn.create('run', { id: 'dead' }), facts: facts.slice(0, cut) }])
    const { run, hand } = await recovered(torn, dag)
    expect(hand.asked).toEqual([])
    expect((await run.result).outcomes['a']).toMatchObject({ failure: { code: 'ATTEMPT_INTERRUPTED' } })
  })

  it('has all its interruptions again after a redrive', async () => {
    const once = await interruptedTimes({ maxInterruptions: 0 }, 1)
    void once.run.redrive()
    await once.clock.advanceAsync(0)
    expect(once.hand.asked).toEqual(['start a/2'])
  })
})

describe('what an executor noted of an attempt', () => {
  const handed = planOf({ a: { run: byHand }, b: { run: byHand } })
  const noting = (): Executor['start'] => (attempt: Attempt, report: Report) => {
    void attempt.note({ job: attempt.taskId })
    report({ type: 'attempt.started' })
  }

  async function leftNoted(): Promise<Store> {
    const store = memoryStore()
    const { runtime, clock } = coordinator(store, { desk: { start: noting() } })
    runtime.dispatch(handed, { id: 'run' })
    await clock.advanceAsync(0)
    return store
  }

  it('is reaped before anything starts', async () => {
    const store = await leftNoted()
    const did: string[] = []
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { runtime, clock } = coordinator(store, {
      desk: {
        start: ({ taskId, attempt }) => void did.push(`start ${taskId}/${attempt}`),
        reap: async ({ taskId, attempt }, handle) => {
          did.push(`reap ${taskId}/${attempt} ${JSON.stringify(handle)}`)
          if (taskId === 'b') await held
        },
      },
    })
    const recovering = runtime.recover('run', { dag: handed, takeOver: true })
    await clock.advanceAsync(0)
    expect(did).toEqual(['reap a/1 {"job":"a"}', 'reap b/1 {"job":"b"}'])
    release()
    await recovering
    await clock.advanceAsync(0)
    expect(did.slice(2)).toEqual(['start a/2', 'start b/2'])
  })

  it('is reaped of all runs that are recovered at once before one of them goes on, the first one first', async () => {
    const store = memoryStore()
    const first = coordinator(store, { concurrency: 6, desk: { start: noting() } })
    for (const id of ['one', 'two', 'three']) first.runtime.dispatch(handed, { id })
    await first.clock.advanceAsync(0)
    const did: string[] = []
    const releases: (() => void)[] = []
    const { runtime, clock } = coordinator(store, {
      concurrency: 6,
      desk: {
        start: ({ runId, taskId }) => void did.push(`start ${runId} ${taskId}`),
        reap: async ({ runId, taskId }) => {
          did.push(`reap ${runId} ${taskId}`)
          if (runId !== 'three') await new Promise<void>((resolve) => releases.push(resolve))
          if (runId === 'two') throw new Error('it waits for a disk')
        },
      },
    })
    const asked = ['one', 'two', 'three'].map((id) => runtime.recover(id, { dag: handed, takeOver: true }))
    const ends = Promise.allSettled(asked)
    await clock.advanceAsync(0)
    const reaped = ['one', 'two', 'three'].flatMap((id) => [`reap ${id} a`, `reap ${id} b`])
    expect(did).toEqual(reaped)
    for (const release of releases.splice(1)) release()
    await clock.advanceAsync(0)
    expect(did).toEqual(reaped)
    // The last one waits for the first.
    releases[0]!()
    await ends
    await clock.advanceAsync(0)
    expect(did.slice(6)).toEqual(['start one a', 'start one b', 'start three a', 'start three b'])
    expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('that cannot be ended keeps the run from going on, and others may try', async () => {
    const store = await leftNoted()
    const before = await store.read('run')
    const { runtime, hand } = coordinator(store, {
      desk: { reap: () => Promise.reject(new Error('it waits for a disk')) },
    })
    const refused = runtime.recover('run', { dag: handed, takeOver: true })
    await expect(refused).rejects.toThrow('it waits for a disk')
    expect(hand.asked).toEqual([])
    expect(await store.read('run')).toEqual(before)
    const later = coordinator(store)
    await later.runtime.recover('run', { dag: handed })
    await later.clock.advanceAsync(0)
    expect(later.hand.asked).toEqual(['start a/2', 'start b/2'])
  })

  it('is taken over by an executor that can: the attempt goes on as the same one', async () => {
    const store = await leftNoted()
    const adopted = new Map<string, Report>()
    const ended: string[] = []
    const { runtime, clock, hand } = coordinator(store, {
      desk: {
        adopt: ({ taskId, attempt }, handle, report) => {
          adopted.set(`${taskId}/${attempt} ${JSON.stringify(handle)}`, report)
          report({ type: 'attempt.started' })
        },
        abort: (attemptId) => void ended.push(attemptId),
        reap: () => Promise.reject(new Error('not to be reaped')),
      },
    })
    const run = await runtime.recover('run', { dag: handed, takeOver: true })
    await clock.advanceAsync(0)
    expect([...adopted.keys()]).toEqual(['a/1 {"job":"a"}', 'b/1 {"job":"b"}'])
    expect(statusesOf(run)).toEqual({ a: 'running', b: 'running' })
    adopted.get('a/1 {"job":"a"}')!({ type: 'attempt.completed', output: 'kept' })
    void run.kill('b')
    await clock.advanceAsync(0)
    expect(ended).toEqual(['run/b/1'])
    adopted.get('b/1 {"job":"b"}')!({ type: 'attempt.ended' })
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual([])
    const result = await run.result
    expect(result).toMatchObject({ outputs: { a: 'kept' }, counts: { completed: 1, killed: 1 } })
    const facts = await store.read('run')
    expect(facts.some(({ type }) => type === 'task.interrupted')).toBe(false)
    expect(checkInvariants(facts, handed, { ended: true })).toEqual([])
  })
})

describe('runtime.recoverAll', () => {
  it('goes on with the open runs of its dags, and says of the others why not', async () => {
    const store = memoryStore()
    const first = coordinator(store)
    const changed = planOf({ a: { run: byHand } }, 'changed')
    first.runtime.dispatch(two, { id: 'one' })
    first.runtime.dispatch(planOf({ x: { run: byHand } }, 'unknown'), { id: 'unknown' })
    first.runtime.dispatch(changed, { id: 'changed' })
    first.runtime.dispatch(two, { id: 'settled' })
    first.runtime.dispatch(two, { id: 'another' })
    await first.clock.advanceAsync(0)
    void first.runtime.runs()[3]!.kill()
    first.hand.ends('a/1')
    const torn = memoryStore()
    for (const { id } of first.runtime.runs()) {
      const journal = torn.create(id, { id: 'dead' })
      void torn.append([{ journal, facts: await store.read(id) }])
      void torn.release(journal)
    }
    const held = torn.create('held', { id: 'alive' })
    const facts = (await store.read('one')).map((fact) => ({ ...fact, runId: 'held' }))
    void torn.append([{ journal: held, facts }])
    const other = coordinator(torn, { dags: [two, planOf({ b: { run: byHand } }, 'changed')] })
    const { runs, refused } = await other.runtime.recoverAll()
    expect(runs.map(({ id }) => id)).toEqual(['one', 'another'])
    expect(refused.map(({ runId, error }) => [runId, (error as { code?: string }).code])).toEqual([
      ['changed', 'PLAN_CHANGED'],
      ['held', 'RUN_OWNED'],
    ])
    expect(await other.runtime.recoverAll()).toMatchObject({
      runs: [],
      refused: refused.map(({ runId }) => ({ runId })),
    })
  })
})
