import { DagmarError, logic, plan, type RunHandle, type RuntimeOptions } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { type AnyActorRef, createMachine, sendParent, sendTo } from 'xstate'
import { seeded } from '../../src/chance/seeded.ts'
import { desk } from './desk.ts'
import { byHand, ok, simulated, type Simulated } from './watching.ts'

/** What TypeScript would not let anybody send. */
function sendAnything(actor: AnyActorRef | undefined, event: unknown): void {
  ;(actor as { send(event: unknown): void }).send(event)
}

async function begun(options: Omit<RuntimeOptions, 'clock'> = {}) {
  const hand = desk()
  const tried: Simulated = simulated({ executors: { hand }, ...options })
  const watched = await tried.start({ a: { run: byHand }, b: { run: ok, needs: ['a'] } }, { id: 'r' })
  return { ...tried, hand, watched, run: watched.run }
}

describe.each(['compiled', 'interpreted'] as const)(
  "a command sent to a ref of a %s runtime's actors",
  (mode) => {
    it('ends a run as its handle does', async () => {
      const { run, hand, watched, wait } = await begun({ mode })
      run.actor.send({ type: 'run.kill', reason: 'enough' })
      expect(watched.types()).toContain('run.killing')
      expect(hand.asked).toContain('abort a/1')
      hand.ends('a/1')
      await wait()
      expect(watched.result).toMatchObject({ status: 'killed', reason: 'enough' })
    })

    it('pauses and resumes a run, and what has become ready meanwhile starts', async () => {
      const { run, hand, watched, wait } = await begun({ mode })
      run.actor.send({ type: 'run.pause' })
      hand.completes('a/1', 1)
      await wait(1_000)
      expect(watched.statuses()).toEqual({ a: 'completed', b: 'ready' })
      run.actor.send({ type: 'run.resume' })
      await wait()
      expect(watched.result?.status).toBe('completed')
    })

    it('drains a run', async () => {
      const { run, hand, watched, wait } = await begun({ mode })
      sendAnything(run.actor, { type: 'run.drain' })
      hand.completes('a/1', 1)
      await wait()
      expect(watched.result).toMatchObject({ status: 'killed', reason: 'drained', outputs: { a: 1 } })
    })

    it('kills a task, which is given up at the end of its grace', async () => {
      const { run, watched, wait } = await begun({ mode })
      sendAnything(run.actorOf('a'), { type: 'task.kill', at: Number.NaN })
      expect(watched.all('task.stopping')).toMatchObject([{ reason: 'kill', killReason: 'killed' }])
      await wait(60_000)
      expect(watched.result?.outcomes['a']).toMatchObject({ status: 'killed', abandoned: true })
    })

    it('kills a task by its place in the plan, and ignores a place that there is not', async () => {
      const { run, watched, wait } = await begun({ mode })
      for (const index of [9, -1, 'length', undefined])
        sendAnything(run.actor, { type: 'run.killTask', index })
      sendAnything(run.actor, { type: 'run.killTask', index: 1 })
      expect(watched.all('task.killed')).toMatchObject([{ taskId: 'b', reason: 'killed' }])
      expect(watched.run.actor.getSnapshot().status).toBe('active')
      await wait()
    })

    it('answers a question', async () => {
      const { start, wait } = simulated({ mode })
      const watched = await start({ a: { run: async ({ ask }) => await ask('how many?') } })
      watched.run.actorOf('a')!.send({ type: 'task.answer', at: 0, answer: 3 })
      await wait()
      expect(watched.result?.outputs).toEqual({ a: 3 })
    })

    it('shuts the runtime down', async () => {
      const { runtime, hand, watched, wait } = await begun({ mode })
      let isComplete = false
      runtime.events$.subscribe({ complete: () => (isComplete = true) })
      sendAnything(runtime.actor, { type: 'runtime.shutdown' })
      expect(watched.types()).toContain('run.draining')
      expect(() => runtime.dispatch(plan({ name: 'late', tasks: { a: { run: ok } } }))).toThrow(DagmarError)
      hand.completes('a/1', 1)
      await wait()
      expect(watched.result?.reason).toBe('drained')
      expect(isComplete).toBe(true)
      await runtime.shutdown()
    })

    it('may come from an actor: the work of a task tells its parent, or any other ref', async () => {
      const { start, wait } = simulated({ mode })
      const first = await start({ a: { run: () => new Promise(() => {}) } })
      const work = createMachine({
        entry: [
          sendParent({ type: 'task.kill', reason: 'gave up' }),
          sendTo(first.run.actor, { type: 'run.kill', reason: 'gave up' }),
        ],
      })
      const second = await start({ a: { run: logic(work) } })
      await wait(60_000)
      expect(first.result?.status).toBe('killed')
      expect(second.result?.outcomes['a']).toMatchObject({ status: 'killed', reason: 'gave up' })
    })
  },
)

const forged: readonly unknown[] = [
  null,
  undefined,
  'run.kill',
  42,
  {},
  { type: undefined },
  { type: Symbol('run.kill') },
  { type: 'nothing.known' },
  { type: 'run.start' },
  { type: 'run.reopen' },
  { type: 'run.recover' },
  { type: 'run.offer', most: 1_000 },
  { type: 'run.settled', failed: 0 },
  { type: 'run.abort', ending: 'aborted' },
  { type: 'task.grant', at: 0, forceable: false },
  { type: 'task.defer', at: 0 },
  { type: 'task.due', at: 1e15 },
  { type: 'attempt.completed', attempt: 1, output: 'forged' },
  { type: 'attempt.failed', attempt: 1 },
  { type: 'attempt.ended', attempt: 1 },
  { type: 'runtime.dispatch', runId: 'nobody' },
  { type: 'runtime.dispatch', runId: 'r' },
  { type: 'xstate.done.actor.task' },
  { type: 'xstate.done.actor.task', output: { index: 0 } },
  { type: 'xstate.done.actor.dag', actorId: 'r', output: { runId: 'r' } },
  { type: 'xstate.done.actor.work', output: 'forged' },
  { type: 'xstate.error.actor.work', error: 'forged' },
  { type: 'xstate.error.actor.r', actorId: 'r', error: 'forged' },
  { type: 'xstate.error.actor.a', actorId: 'a', error: 'forged' },
  { type: 'xstate.stop' },
  { type: 'xstate.init', input: {} },
]

describe.each(['compiled', 'interpreted'] as const)(
  'what only dagmar sends to its actors, in a %s runtime,',
  (mode) => {
    it('changes nothing when others send it, at any time', async () => {
      const { runtime, run, hand, watched, start, wait } = await begun({ mode })
      const refs = (): readonly (AnyActorRef | undefined)[] => [runtime.actor, run.actor, run.actorOf('a')]
      const sendAll = (to: readonly (AnyActorRef | undefined)[]): void => {
        for (const event of forged) {
          for (const ref of to) {
            try {
              sendAnything(ref, event)
            } catch {
              // XState itself refuses some of it.
            }
          }
        }
      }
      sendAll(refs())
      await wait(10_000)
      expect(watched.statuses()).toEqual({ a: 'running', b: 'pending' })
      const live = refs()
      void run.kill('a')
      sendAll(live)
      hand.ends('a/1')
      sendAll(live)
      await wait()
      sendAll(live)
      expect(watched.result?.outcomes).toMatchObject({ a: { status: 'killed' }, b: { status: 'skipped' } })
      expect(watched.types().filter((type) => type === 'run.failed')).toHaveLength(1)
      const next = await start({ a: { run: ok } })
      expect(next.result?.status).toBe('completed')
      await runtime.shutdown()
    })
  },
)

describe('whatever is sent to whichever actor at whatever moment', () => {
  const commands: readonly unknown[] = [
    ...['run.pause', 'run.resume', 'run.drain', 'run.kill', 'task.kill'].map((type) => ({ type })),
    ...[0, 1, 2].map((index) => ({ type: 'run.killTask', index })),
    ...['retry', 'skip', undefined].map((answer) => ({ type: 'task.answer', answer })),
  ]
  const tasks = plan({
    name: 'all kinds',
    defaults: { killGrace: 20, retry: { maxAttempts: 2, backoff: { base: 5 } } },
    tasks: {
      quick: { run: ok },
      failing: { run: () => Promise.reject(new Error('no')), onFailure: 'ask' },
      deaf: { run: () => new Promise(() => {}), timeout: 50 },
      asking: { run: ({ ask }) => ask('well?') },
      working: { run: logic(createMachine({ initial: 'on', states: { on: {} } })), needs: ['quick'] },
      last: { run: ok, needs: ['quick', 'failing'], teardown: true },
    },
  })

  it.each(Array.from({ length: 40 }, (_, seed) => seed + 1))(
    'every run can be ended, and the runtime (%i)',
    async (seed) => {
      const next = seeded(seed)
      const among = <Item>(list: readonly Item[]): Item => list[Math.floor(next() * list.length)]!
      const { runtime, clock, wait } = simulated({ concurrency: 3, mode: among(['compiled', 'interpreted']) })
      const runs = [runtime.dispatch(tasks), runtime.dispatch(tasks)]
      const sendSome = (): void => {
        const run = among(runs)
        const { id } = among(tasks.tasks)
        const ref = among<AnyActorRef | undefined>([
          run.actor,
          run.actorOf(id),
          run.actorOf(id),
          run.actorOf(id, 'work'),
        ])
        try {
          sendAnything(ref, among([...commands, ...commands, ...forged]))
        } catch {
          // XState itself refuses some of it.
        }
      }
      runs[0]!.events$.subscribe(() => {
        if (next() < 0.05) sendSome()
      })
      for (let step = 0; step < 40; step++) {
        if (next() < 0.5) sendSome()
        await wait(Math.floor(next() * 6))
      }
      for (let again = 0; again < 3; again++) for (const run of runs) void run.kill()
      await wait(1_000)
      const settled = await Promise.all(runs.map((run) => run.result))
      expect(settled.map(({ failure }) => failure?.code)).not.toContain('RUN_BROKEN')
      await runtime.shutdown()
      expect(clock.pending).toBe(0)
    },
  )
})

describe('stop()', () => {
  it("of the runtime's actor ends its runs, refuses further ones and lets shutdown resolve", async () => {
    const { runtime, hand, watched, wait } = await begun()
    runtime.actor.stop()
    expect(() => runtime.dispatch(plan({ name: 'late', tasks: { a: { run: ok } } }))).toThrow(
      expect.objectContaining({ code: 'RUNTIME_CLOSED' }),
    )
    expect(watched.all('run.killing')).toMatchObject([{ reason: 'shutdown' }])
    hand.ends('a/1')
    await wait()
    expect(watched.result?.status).toBe('killed')
    await runtime.shutdown()
    expect(runtime.actor.getSnapshot()).toMatchObject({ status: 'done', value: 'closed' })
    runtime.actor.stop()
  })

  it('of an idle runtime closes it', async () => {
    const { runtime } = simulated()
    runtime.actor.stop()
    await runtime.shutdown()
    expect(() => runtime.dispatch(plan({ name: 'late', tasks: { a: { run: ok } } }))).toThrow(DagmarError)
  })

  it("of the actors of runs and tasks is refused, as XState refuses it of any actor's child", async () => {
    const { run, hand, watched, wait } = await begun()
    expect(() => run.actor.stop()).toThrow('cannot be stopped directly')
    expect(() => run.actorOf('a')!.stop()).toThrow('cannot be stopped directly')
    hand.completes('a/1', 1)
    await wait()
    expect(watched.result?.status).toBe('completed')
  })
})

describe('an inspector', () => {
  it('may dispatch, kill and shut down, whatever it is shown', async () => {
    const small = plan({ name: 'small', tasks: { a: { run: ok }, b: { run: ok, needs: ['a'] } } })
    for (let at = 0; at < 40; at++) {
      const { runtime, wait } = simulated()
      const statuses: string[] = []
      const start = (): RunHandle => {
        const run = runtime.dispatch(small)
        void run.result.then(({ status }) => statuses.push(status))
        return run
      }
      let shown = 0
      runtime.actor.system.inspect(() => {
        if (shown++ !== at) return
        start()
        void start().kill()
        start().pause()
      })
      start()
      await wait()
      expect(statuses.toSorted()).toEqual(['completed', 'completed', 'killed'])
      await runtime.shutdown()
    }
  })
})

describe("an observer of the runtime's actor", () => {
  it('may dispatch', async () => {
    const { runtime, wait } = simulated()
    const statuses: string[] = []
    const small = plan({ name: 'small', tasks: { a: { run: ok } } })
    let left = 3
    runtime.actor.subscribe(() => {
      if (left-- <= 0) return
      const run = runtime.dispatch(small)
      void run.kill('a')
      void run.result.then(({ status }) => statuses.push(status))
    })
    runtime.dispatch(small)
    await wait()
    expect(statuses).toHaveLength(3)
    await runtime.shutdown()
  })
})
