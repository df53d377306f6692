import {
  createRuntime,
  type DispatchOptions,
  memoryStore,
  type Plan,
  plan,
  type RunFact,
  type RunHandle,
  type RuntimeOptions,
  SimulatedClock,
} from 'dagmar'
import { describe, expect, it, vi } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { desk } from './desk.ts'
import { recover, storeWith } from './recovered.ts'
import { byHand, type Watched, watch } from './watching.ts'

/** The facts of a run until its coordinator dies. */
async function untilCrash(
  dag: Plan,
  play: (run: RunHandle, hand: ReturnType<typeof desk>, clock: SimulatedClock) => void | Promise<void>,
  options: DispatchOptions = {},
): Promise<readonly RunFact[]> {
  const hand = desk()
  const clock = new SimulatedClock(1_000)
  const store = memoryStore()
  const run = createRuntime({ clock, store, executors: { hand } }).dispatch(dag, { id: 'run', ...options })
  await clock.advanceAsync(0)
  await play(run, hand, clock)
  await clock.advanceAsync(0)
  return store.read('run')
}

interface Recovered extends Watched {
  readonly hand: ReturnType<typeof desk>
  readonly clock: SimulatedClock
  readonly journal: () => Promise<readonly RunFact[]>
}

/** The run as another coordinator has it, so many milliseconds after the last fact. */
async function afterCrash(
  dag: Plan,
  facts: readonly RunFact[],
  { laterMs = 0, ...options }: RuntimeOptions & { readonly laterMs?: number } = {},
): Promise<Recovered> {
  const hand = desk()
  const clock = new SimulatedClock(facts.at(-1)!.at + laterMs)
  const store = storeWith(facts)
  const watched = watch(recover(store, facts, dag, { clock, executors: { hand }, ...options }))
  await clock.advanceAsync(0)
  // Not spread: the result is looked at later.
  return Object.assign(Object.create(watched) as Watched, { hand, clock, journal: () => store.read('run') })
}

const two = plan({ name: 'two', tasks: { a: { run: byHand }, b: { run: byHand, needs: ['a'] } } })

describe('an attempt that was live when its coordinator died', () => {
  it('is told to have been interrupted, and the next one takes its place', async () => {
    const facts = await untilCrash(two, () => undefined)
    expect(facts.at(-1)?.type).toBe('task.started')
    const { hand, types, all, run } = await afterCrash(two, facts)
    expect(types()).toEqual([
      'run.recovered',
      'task.interrupted',
      'task.dispatched',
      'task.starting',
      'task.started',
    ])
    expect(all('task.interrupted')).toMatchObject([
      { taskId: 'a', attempt: 1, seq: facts.length + 2, causeSeq: facts.length + 1 },
    ])
    expect(hand.asked).toEqual(['start a/2'])
    expect(run.view().tasks.get('a')).toMatchObject({ status: 'running', attempt: 2, attemptsUsed: 1 })
  })

  it('is none of those that the task may use', async () => {
    const dag = plan({
      name: 'one',
      tasks: { a: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 10 } } } },
    })
    const facts = await untilCrash(dag, async (_, hand, clock) => {
      hand.fails('a/1')
      await clock.advanceAsync(10)
    })
    const recovered = await afterCrash(dag, facts)
    expect(recovered.hand.asked).toEqual(['start a/3'])
    recovered.hand.fails('a/3')
    await recovered.clock.advanceAsync(0)
    expect(recovered.all('task.failed')).toMatchObject([{ attempt: 3, deadLettered: true }])
  })

  it('has failed for what it was being ended for', async () => {
    const dag = plan({ name: 'one', tasks: { a: { run: byHand, timeout: 10 } } })
    const facts = await untilCrash(dag, (_, _hand, clock) => clock.advanceAsync(10))
    expect(facts.at(-1)?.type).toBe('task.stopping')
    const recovered = await afterCrash(dag, facts)
    expect(recovered.types('a')).toEqual(['task.failed'])
    expect(recovered.result?.outcomes['a']).toMatchObject({ failure: { code: 'ATTEMPT_TIMEOUT' } })
  })

  it('is killed where it was being killed', async () => {
    const facts = await untilCrash(two, (run) => void run.kill('a', { reason: 'in the way' }))
    const recovered = await afterCrash(two, facts)
    expect(recovered.types()).toEqual(['run.recovered', 'task.killed', 'task.skipped', 'run.failed'])
    expect(recovered.all('task.killed')).toMatchObject([{ reason: 'in the way', abandoned: false }])
    expect(recovered.hand.asked).toEqual([])
  })
})

describe('a recovered run', () => {
  it('has the input, labels and limits that it was dispatched with', async () => {
    const many = plan({ name: 'many', tasks: { a: { run: byHand }, b: { run: byHand }, c: { run: byHand } } })
    const facts = await untilCrash(many, () => undefined, { input: { x: 1 }, concurrency: 2, timeout: '1m' })
    const { hand, run, clock, result } = await afterCrash(many, facts, { concurrency: 9, laterMs: 1_000 })
    expect(hand.asked).toEqual(['start a/2', 'start b/2'])
    expect(hand.attempt('a/2').input).toEqual({ x: 1 })
    expect(result).toBeUndefined()
    await clock.advanceAsync(59_000)
    expect(hand.asked).toContain('abort a/2')
    expect(run.view().status).toBe('killing')
  })

  it('whose timeout has come meanwhile is ended', async () => {
    const facts = await untilCrash(two, () => undefined, { timeout: '1m' })
    const recovered = await afterCrash(two, facts, { laterMs: 60_000 })
    await recovered.clock.advanceAsync(0)
    recovered.hand.ends('a/2')
    await recovered.clock.advanceAsync(0)
    expect(recovered.result).toMatchObject({ status: 'failed', failure: { code: 'RUN_TIMEOUT' } })
  })

  it('waits for the instant of a retry, and not beyond', async () => {
    const retry = { maxAttempts: 2, backoff: { base: 100 } }
    const dag = plan({ name: 'one', tasks: { a: { run: byHand, retry } } })
    const facts = await untilCrash(dag, (_, hand) => hand.fails('a/1'))
    const soon = await afterCrash(dag, facts, { laterMs: 40 })
    await soon.clock.advanceAsync(59)
    expect(soon.hand.asked).toEqual([])
    await soon.clock.advanceAsync(1)
    expect(soon.hand.asked).toEqual(['start a/2'])
    const late = await afterCrash(dag, facts, { laterMs: 10_000 })
    expect(late.hand.asked).toEqual(['start a/2'])
  })

  it('starts its ready tasks in the order in which they became ready', async () => {
    const dag = plan({
      name: 'queue',
      tasks: {
        last: { run: byHand, needs: [] },
        first: { run: byHand },
        second: { run: byHand },
        afterFirst: { run: byHand, needs: ['first'] },
        afterLast: { run: byHand, needs: ['last'] },
      },
    })
    const facts = await untilCrash(
      dag,
      async (run, hand, clock) => {
        hand.completes('first/1')
        await clock.advanceAsync(0)
        run.pause()
        hand.completes('last/1')
      },
      { concurrency: 2 },
    )
    const { hand, run, clock } = await afterCrash(dag, facts)
    run.resume()
    await clock.advanceAsync(0)
    for (const name of ['second/2', 'afterFirst/1']) {
      hand.completes(name)
      await clock.advanceAsync(0)
    }
    expect(hand.started).toEqual(['second', 'afterFirst', 'afterLast'])
  })

  it('asks again what was not answered', async () => {
    const dag = plan({ name: 'one', tasks: { a: { run: byHand, onFailure: 'ask' } } })
    const facts = await untilCrash(dag, (_, hand) => hand.fails('a/1', 'no luck'))
    const { all, run, hand, clock } = await afterCrash(dag, facts)
    const asked = facts.find((fact) => fact.type === 'task.asked')
    expect(all('task.asked')).toMatchObject([
      {
        of: 'failure',
        question: asked?.question,
        failure: { message: 'no luck' },
        causeSeq: facts.length + 1,
      },
    ])
    run.answer('a', 'retry')
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual(['start a/2'])
  })

  it('that was paused takes up nothing until it is resumed', async () => {
    const facts = await untilCrash(two, (run) => run.pause())
    const { hand, run, clock } = await afterCrash(two, facts)
    expect(run.view().status).toBe('paused')
    expect(hand.asked).toEqual([])
    run.resume()
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual(['start a/2'])
  })

  it('that was draining kills what was interrupted, and ends', async () => {
    const facts = await untilCrash(two, (run) => void run.drain())
    const { types, result, hand } = await afterCrash(two, facts)
    expect(types()).toEqual(['run.recovered', 'task.interrupted', 'task.killed', 'run.killed'])
    expect(result).toMatchObject({ status: 'killed', reason: 'drained' })
    expect(hand.asked).toEqual([])
  })

  it('whose end was told alone carries it out, for the reason that was given', async () => {
    const facts = await untilCrash(two, (run) => void run.kill(undefined, { reason: 'enough' }))
    const killing = facts.find(({ type }) => type === 'run.killing')!
    const { all, result } = await afterCrash(two, facts.slice(0, killing.seq))
    expect(all('task.skipped')).toMatchObject([{ taskId: 'b', because: 'run-killed', causeSeq: killing.seq }])
    expect(all('task.killed')).toMatchObject([{ taskId: 'a', reason: 'enough' }])
    expect(result).toMatchObject({ status: 'killed', reason: 'enough' })
  })

  it('that a failure ended names that failure', async () => {
    const dag = plan({
      name: 'aborted',
      tasks: { a: { run: byHand, onFailure: 'abort' }, b: { run: byHand }, c: { run: byHand, needs: ['b'] } },
    })
    const facts = await untilCrash(dag, (_, hand) => hand.fails('a/1'))
    for (const type of ['task.failed', 'run.killing', 'task.skipped'] as const) {
      const last = facts.find((fact) => fact.type === type)!
      const recovered = await afterCrash(dag, facts.slice(0, last.seq))
      expect(recovered.result).toMatchObject({
        status: 'failed',
        failure: { code: 'RUN_ABORTED' },
        outcomes: {
          b: { status: 'killed' },
          c: { status: 'skipped', because: 'run-aborted', causedBy: 'a' },
        },
      })
    }
  })

  it('shows its earlier facts to who asks for them', async () => {
    const facts = await untilCrash(two, () => undefined)
    const { run } = await afterCrash(two, facts)
    expect(
      run
        .story('a')
        .map(({ seq }) => seq)
        .slice(0, 3),
    ).toEqual([3, 4, 5])
    const seen: number[] = []
    run.events({ from: 2 }).subscribe((fact) => seen.push('seq' in fact ? fact.seq : 0))
    expect(seen.slice(0, 7)).toEqual([2, 3, 4, 5, 6, 7, 8])
    expect(run.view()).toMatchObject({ name: 'two', startedAt: 1_000 })
  })

  it('holds as many of its earlier facts as it may, and has the others from its store', async () => {
    const facts = await untilCrash(two, (_, hand) => hand.completes('a/1', 'first'))
    const { run } = await afterCrash(two, facts, { retainFacts: 3 })
    const seen: string[] = []
    run.events().subscribe(({ type }) => seen.push(type))
    expect(seen).toEqual([])
    await vi.waitFor(() => expect(seen.slice(0, facts.length)).toEqual(facts.map(({ type }) => type)))
    expect(run.view().tasks.get('a')?.outcome).toEqual({ status: 'completed', output: 'first' })
  })

  it('goes by the interpreter, and before inspectors, as well', async () => {
    const facts = await untilCrash(two, (run) => void run.drain())
    const seen = new Set<string>()
    const { result } = await afterCrash(two, facts, {
      inspect: (event) => {
        if (event.type === '@xstate.snapshot') seen.add((event.actorRef as AnyActorRef).id)
      },
    })
    expect(result?.status).toBe('killed')
    expect([...seen]).toEqual(expect.arrayContaining(['run', 'a']))
  })

  it('may die again: who recovers it then tells nothing that was told', async () => {
    const retry = { maxAttempts: 2, backoff: { base: '1h' } } as const
    const dag = plan({
      name: 'waits',
      tasks: {
        live: { run: byHand },
        retries: { run: byHand, retry },
        asks: { run: byHand, onFailure: 'ask' },
      },
    })
    const facts = await untilCrash(dag, (run, hand) => {
      hand.fails('retries/1')
      hand.fails('asks/1')
      run.pause()
    })
    const once = await afterCrash(dag, facts)
    expect(once.types()).toEqual(['run.recovered', 'task.interrupted', 'task.asked'])
    const twice = await afterCrash(dag, await once.journal())
    expect(twice.types()).toEqual(['run.recovered', 'task.asked'])
  })

  it('that had settled has its result at once and tells nothing; it may be redriven', async () => {
    const facts = await untilCrash(two, async (_, hand, clock) => {
      hand.fails('a/1')
      await clock.advanceAsync(0)
    })
    expect(facts.at(-1)?.type).toBe('run.failed')
    const recovered = await afterCrash(two, facts)
    expect(recovered.result).toMatchObject({
      status: 'failed',
      outcomes: { a: { status: 'failed' }, b: { status: 'skipped' } },
    })
    expect(recovered.told).toEqual([])
    expect(recovered.run.view().status).toBe('failed')
    void recovered.run.redrive()
    await recovered.clock.advanceAsync(0)
    recovered.hand.completes('a/2')
    await recovered.clock.advanceAsync(0)
    recovered.hand.completes('b/1')
    await recovered.clock.advanceAsync(0)
    expect(recovered.result?.status).toBe('completed')
    const seqs = (await recovered.journal()).map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })
})

describe('a journal that is none', () => {
  it('is not recovered from', async () => {
    const facts = await untilCrash(two, () => undefined)
    const store = storeWith(facts)
    const options = { clock: new SimulatedClock() }
    expect(() => recover(store, facts.slice(1), two, options)).toThrow(
      expect.objectContaining({ code: 'FACTS_GAP' }),
    )
  })
})

describe('a run whose coordinator died while the run was ended early', () => {
  const dag = plan({
    name: 'tidied',
    tasks: {
      up: { run: byHand },
      work: { run: byHand, needs: ['up'] },
      down: { run: byHand, needs: ['up', 'work'], teardown: true },
    },
  })
  const killedAtWork = (run: RunHandle, hand: ReturnType<typeof desk>): void => {
    hand.completes('up/1')
    void run.kill()
  }
  const upTo = (facts: readonly RunFact[], isLast: (fact: RunFact) => boolean): readonly RunFact[] =>
    facts.slice(0, facts.findIndex(isLast) + 1)

  it('still runs its teardowns, also where nothing had followed from the kill yet', async () => {
    const facts = await untilCrash(dag, killedAtWork, { concurrency: 1 })
    for (const last of ['run.killing', 'task.stopping']) {
      const before = upTo(facts, ({ type }) => type === last)
      expect(before.length).toBeGreaterThan(1)
      const { hand, clock, statuses } = await afterCrash(dag, before)
      await clock.advanceAsync(0)
      expect([statuses()['work'], hand.started]).toEqual(['killed', ['down']])
    }
  })

  it('judges an early rule of a teardown when all has ended, as if nothing had happened', async () => {
    const early = plan({
      name: 'early',
      tasks: {
        up: { run: byHand, killGrace: '1h' },
        slow: { run: byHand, needs: ['up'] },
        down: { run: byHand, needs: ['up', 'slow'], when: 'any-settled', teardown: true },
      },
    })
    const facts = await untilCrash(early, (run, hand) => {
      void run.kill()
      hand.ends('up/1')
    })
    // `slow` has been skipped, `up` has not ended.
    const before = upTo(facts, ({ type, taskId }) => type === 'task.skipped' && taskId === 'slow')
    const { types, statuses, clock } = await afterCrash(early, before)
    const ready = types().indexOf('task.ready')
    expect(ready).toBeGreaterThan(types().lastIndexOf('task.killed'))
    await clock.advanceAsync(0)
    expect(statuses()).toMatchObject({ up: 'killed', down: 'running' })
  })

  it('goes on with a teardown that was at work', async () => {
    const facts = await untilCrash(dag, (run, hand) => {
      killedAtWork(run, hand)
      hand.ends('work/1')
    })
    const { hand, all } = await afterCrash(dag, facts)
    expect(all('task.interrupted').map(({ taskId }) => taskId)).toEqual(['down'])
    expect(hand.asked).toEqual(['start down/2'])
  })

  it('starts none after a further kill, though nothing but that had been told', async () => {
    const facts = await untilCrash(dag, (run, hand) => {
      killedAtWork(run, hand)
      void run.kill()
    })
    const before = upTo(facts, (fact) => fact.type === 'run.killing' && fact.endsTeardowns === true)
    const recovered = await afterCrash(dag, before)
    expect(recovered.hand.started).toEqual([])
    expect(recovered.result).toMatchObject({
      status: 'killed',
      counts: { completed: 1, killed: 1, skipped: 1 },
    })
  })
})
