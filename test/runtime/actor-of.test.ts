import { logic } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { type Actor, assign, setup } from 'xstate'
import { byHand, fails, ok, simulated } from './watching.ts'

const review = setup({
  types: {} as { context: { comments: number }; events: { type: 'comment' } | { type: 'approve' } },
}).createMachine({
  initial: 'open',
  context: { comments: 0 },
  states: {
    open: {
      on: {
        comment: { actions: assign({ comments: ({ context }) => context.comments + 1 }) },
        approve: 'approved',
      },
    },
    approved: { type: 'final' },
  },
})

describe('the actor of a task', () => {
  it('is there from the moment the run takes it up until it is settled', async () => {
    const { start, wait, clock } = simulated()
    const { run } = await start({
      build: { run: () => clock.now() && undefined },
      test: { needs: ['build'], run: () => new Promise((resolve) => clock.setTimeout(() => resolve(1), 10)) },
      deploy: { needs: ['test'], run: ok },
    })
    expect(['build', 'test', 'deploy'].map((id) => run.actorOf(id)?.id)).toEqual([
      undefined,
      'test',
      undefined,
    ])
    expect(run.actorOf('test')!.getSnapshot()).toMatchObject({
      value: 'running',
      context: { taskId: 'test' },
    })
    await wait(10)
    expect(run.actorOf('test')).toBeUndefined()
  })

  it('is the same one through its attempts, and has no actor at work where a handler is', async () => {
    const { start, wait } = simulated()
    const { run } = await start({ build: { run: fails(), retry: { maxAttempts: 2 } } })
    const actor = run.actorOf('build')
    expect(actor!.getSnapshot().context.waitingFor).toBe('retry')
    expect(run.actorOf('build', 'work')).toBeUndefined()
    await wait(4_999)
    expect(run.actorOf('build')).toBe(actor)
  })

  it('is refused for a task that is not in the dag', async () => {
    const { start } = simulated()
    const { run } = await start({ build: { run: ok } })
    expect(() => run.actorOf('biuld')).toThrow(/no task 'biuld'.*build/)
  })
})

describe("the user's machine that is a task's work", () => {
  it('is sent events and read, until it ends', async () => {
    const { start, wait } = simulated()
    const { run } = await start({ review: { run: logic(review) } })
    const work = run.actorOf('review', 'work') as Actor<typeof review>
    work.send({ type: 'comment' })
    expect(work.getSnapshot()).toMatchObject({ value: 'open', context: { comments: 1 } })
    work.send({ type: 'approve' })
    await wait()
    expect(run.actorOf('review', 'work')).toBeUndefined()
    expect((await run.result).status).toBe('completed')
  })

  it('is another one for each attempt', async () => {
    const { start, wait } = simulated()
    const broken = setup({}).createMachine({
      on: {
        fail: {
          actions: () => {
            throw new Error('broken')
          },
        },
      },
    })
    const retry = { maxAttempts: 2, backoff: { base: 100 } }
    const { run } = await start({ review: { run: logic(broken), retry } })
    const first = run.actorOf('review', 'work')
    first!.send({ type: 'fail' })
    await wait(99)
    expect(run.actorOf('review', 'work')).toBeUndefined()
    await wait(1)
    expect(run.actorOf('review', 'work')).toMatchObject({ id: 'work' })
    expect(run.actorOf('review', 'work')).not.toBe(first)
  })

  it("is whatever an executor of one's own names as such", async () => {
    const { start, runtime } = simulated({
      executors: {
        hand: {
          start: (_, report) => report({ type: 'attempt.started' }),
          abort: () => {},
          actorOf: (attemptId) => (attemptId === 'r/build/1' ? runtime.actor : undefined),
        },
      },
    })
    const { run } = await start({ build: { run: byHand } }, { id: 'r' })
    expect(run.actorOf('build', 'work')).toBe(runtime.actor)
  })
})

describe("a run's own actor", () => {
  it('takes a command that is sent to it as it takes one by the handle: at once', async () => {
    const { start, wait } = simulated()
    const watched = await start({ build: { run: () => new Promise(() => {}) } })
    watched.run.actor.send({ type: 'run.kill', reason: 'enough' })
    await wait()
    expect(watched.all('run.killing')).toMatchObject([{ reason: 'enough' }])
    expect(watched.run.actorOf('build')!.getSnapshot().value).toBe('stopping')
    await wait(5_000)
    expect(watched.result).toMatchObject({ status: 'killed', abandoned: ['build'] })
  })
})
