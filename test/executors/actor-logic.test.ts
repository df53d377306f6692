import { logic, type LogicContext, plan } from 'dagmar'
import { type AnyActorRef, assign, fromCallback, fromObservable, fromPromise, setup } from 'xstate'
import { of, Subject } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ok, simulated } from '../runtime/watching.ts'
import { expectNothingUnhandled } from './unhandled.ts'

expectNothingUnhandled()

let warned: ReturnType<typeof vi.spyOn>[] = []

beforeEach(() => {
  warned = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')]
})

afterEach(() => {
  for (const spy of warned) expect(spy).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

const review = setup({
  types: {} as {
    context: { diff: string; comments: number }
    input: { diff: string }
    events: { type: 'comment' } | { type: 'approve' }
    output: { approved: string; comments: number }
  },
  actions: { show: () => undefined },
}).createMachine({
  entry: 'show',
  initial: 'open',
  context: ({ input }) => ({ diff: input.diff, comments: 0 }),
  output: ({ context }) => ({ approved: context.diff, comments: context.comments }),
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

/** The machine, and the actor that a run makes of it. */
function spied() {
  let ref: AnyActorRef | undefined
  const machine = review.provide({
    actions: {
      show: ({ self }) => {
        ref = self as AnyActorRef
      },
    },
  })
  return { machine, actor: () => ref! }
}

describe('a machine as a task', () => {
  it('gets its input from the dependencies, and gives its output on', async () => {
    const { machine, actor } = spied()
    const { start, wait } = simulated()
    const watched = await start(
      {
        build: { run: () => 'a diff' },
        review: {
          needs: ['build'],
          run: logic(machine, ({ inputs, input, attemptId }: LogicContext) => ({
            diff: `${JSON.stringify(inputs)} of ${attemptId} with ${String(input)}`,
          })),
        },
        merge: { needs: ['review'], run: ({ inputs }) => inputs['review'] },
      },
      { id: 'r', input: 'care' },
    )
    expect(watched.run.view().tasks.get('review')?.status).toBe('running')
    actor().send({ type: 'comment' })
    actor().send({ type: 'approve' })
    await wait()
    expect(watched.result?.outputs['merge']).toEqual({
      approved: '{"build":"a diff"} of r/review/1 with care',
      comments: 1,
    })
  })

  it('is a child in the actor system of the runtime, below the run’s own actor', async () => {
    const { machine, actor } = spied()
    const { start, runtime } = simulated()
    const { run } = await start({ review: { run: logic(machine, () => ({ diff: '' })) } })
    const task = actor()._parent!
    expect(actor().system).toBe(runtime.actor.system)
    expect(task._parent).toBe(run.actor)
    expect(run.actor._parent).toBe(runtime.actor)
  })

  it('shows a sign of work by each snapshot, which brings a stalled task back', async () => {
    const { machine, actor } = spied()
    const { start, wait } = simulated()
    const { types } = await start({
      review: { run: logic(machine, () => ({ diff: '' })), stall: { after: 10, grace: 10 } },
    })
    await wait(15)
    actor().send({ type: 'comment' })
    expect(types('review').slice(-2)).toEqual(['task.stalled', 'task.unstalled'])
    await wait(9)
    actor().send({ type: 'comment' })
    await wait(9)
    expect(types('review').at(-1)).toBe('task.unstalled')
  })

  it('is stopped by a kill, at once', async () => {
    const { machine, actor } = spied()
    const { start, wait } = simulated()
    const watched = await start({ review: { run: logic(machine, () => ({ diff: '' })) } })
    void watched.run.kill()
    await wait()
    expect(actor().getSnapshot().status).toBe('stopped')
    expect(watched.result).toMatchObject({ status: 'killed', outcomes: { review: { abandoned: false } } })
    actor().send({ type: 'approve' })
    expect(watched.types('review').at(-1)).toBe('task.killed')
  })

  it('that is final from the beginning completes', async () => {
    const done = setup({}).createMachine({ initial: 'end', states: { end: { type: 'final' } }, output: 7 })
    const { start } = simulated()
    const { result } = await start({ a: { run: logic(done) } })
    expect(result?.outputs).toEqual({ a: 7 })
  })

  it('that is final inside the turn that killed it is killed', async () => {
    const { machine, actor } = spied()
    const { start, wait } = simulated()
    const watched = await start({ review: { run: logic(machine, () => ({ diff: '' })) } })
    actor().send({ type: 'approve' })
    void watched.run.kill()
    await wait()
    expect(watched.types('review').filter((type) => /completed|killed/.test(type))).toHaveLength(1)
  })

  it('has a new actor for each attempt', async () => {
    const inputs: number[] = []
    const broken = setup({
      types: {} as { input: number; context: { attempt: number } },
      actions: {
        breakDown: () => {
          throw new Error('gear')
        },
      },
    }).createMachine({
      context: ({ input }) => {
        inputs.push(input)
        return { attempt: input }
      },
      entry: 'breakDown',
    })
    const { start, wait } = simulated()
    const watched = await start({
      a: {
        run: logic(broken, ({ attempt }: LogicContext) => attempt),
        retry: { maxAttempts: 3, backoff: { base: 5, factor: 1 } },
      },
      b: { run: ok },
    })
    await wait(10)
    expect(inputs).toEqual([1, 2, 3])
    expect(watched.result?.rootCauses).toMatchObject([{ failure: { code: 'ACTOR_FAILED', message: 'gear' } }])
    expect(watched.result?.outcomes['b']?.status).toBe('completed')
  })
})

describe('a machine that breaks later', () => {
  it('fails its task; run, runtime and process go on', async () => {
    let ref!: AnyActorRef
    const fragile = setup({
      types: {} as { events: { type: 'touch' } },
      actions: {
        breakDown: () => {
          throw new Error('touched')
        },
        show: ({ self }) => {
          ref = self as AnyActorRef
        },
      },
    }).createMachine({ entry: 'show', on: { touch: { actions: 'breakDown' } } })
    const { start, wait, runtime } = simulated()
    const watched = await start({
      a: { run: logic(fragile) },
      b: { run: ok, needs: ['a'], when: 'all-failed' },
    })
    ref.send({ type: 'touch' })
    await wait()
    expect(watched.result?.outcomes).toMatchObject({
      a: { status: 'failed', failure: { code: 'ACTOR_FAILED', message: 'touched' } },
      b: { status: 'completed' },
    })
    expect(runtime.actor.getSnapshot().status).toBe('active')
    expect(await runtime.run(plan({ name: 'next', tasks: { x: { run: ok } } }))).toEqual({ x: 'ok' })
  })
})

describe('logic of another kind as a task', () => {
  it('gives what a promise resolves with', async () => {
    const { start } = simulated()
    const doubling = fromPromise(async ({ input }: { input: number }) => input * 2)
    const { result } = await start({ a: { run: logic(doubling, () => 21) } })
    expect(result?.outputs).toEqual({ a: 42 })
  })

  it('fails with what a promise rejects with, or its maker throws', async () => {
    const { start } = simulated()
    const rejecting = fromPromise(() => Promise.reject(new TypeError('no')))
    const throwing = fromPromise(() => {
      throw new Error('not even a promise')
    })
    const input = logic(
      fromPromise(async ({ input: given }: { input: number }) => given),
      () => {
        throw new Error('no input')
      },
    )
    const { result } = await start({
      a: { run: logic(rejecting) },
      b: { run: logic(throwing) },
      c: { run: input },
    })
    expect(result?.rootCauses.map(({ failure }) => `${failure.code} ${failure.message}`)).toEqual([
      'ACTOR_FAILED no',
      'ACTOR_FAILED not even a promise',
      'ACTOR_FAILED no input',
    ])
  })

  it('aborts the signal of a promise that is killed', async () => {
    let signal!: AbortSignal
    const hanging = fromPromise(({ signal: given }) => {
      signal = given
      return new Promise(() => undefined)
    })
    const { start, wait } = simulated()
    const watched = await start({ a: { run: logic(hanging), timeout: 10 } })
    await wait(10)
    expect(signal.aborted).toBe(true)
    expect(watched.result?.rootCauses[0]?.failure.code).toBe('ATTEMPT_TIMEOUT')
  })

  it('runs a callback until it is killed, and then cleans it up', async () => {
    const cleaned = vi.fn<() => void>()
    const { start, wait } = simulated()
    const watched = await start({ a: { run: logic(fromCallback(() => cleaned)) } })
    expect(watched.run.view().tasks.get('a')?.status).toBe('running')
    void watched.run.kill()
    await wait()
    expect(cleaned).toHaveBeenCalledTimes(1)
    expect(watched.result?.status).toBe('killed')
  })

  it('fails when a callback throws at once', async () => {
    const { start } = simulated()
    const throwing = fromCallback(() => {
      throw new Error('no callback')
    })
    const { result } = await start({ a: { run: logic(throwing) } })
    expect(result?.rootCauses[0]?.failure.message).toBe('no callback')
  })

  it('takes each value of an observable for a sign of work, and its end for the end', async () => {
    const values = new Subject<number>()
    const { start, wait } = simulated()
    const watched = await start({
      a: { run: logic(fromObservable(() => values)), stall: { after: 10 } },
      b: { run: logic(fromObservable(() => of(1, 2, 3))) },
    })
    await wait(10)
    values.next(1)
    expect(watched.types('a').slice(-2)).toEqual(['task.stalled', 'task.unstalled'])
    values.complete()
    await wait()
    expect(watched.result?.status).toBe('completed')
  })

  it('fails with the error of an observable', async () => {
    const values = new Subject<number>()
    const { start, wait } = simulated()
    const watched = await start({ a: { run: logic(fromObservable(() => values)) } })
    values.error(new Error('broken stream'))
    await wait()
    expect(watched.result?.rootCauses[0]?.failure.message).toBe('broken stream')
  })
})
