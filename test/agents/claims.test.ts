import { type AgentsOptions, agents, memoryClaims } from 'dagmar/agents'
import {
  whyOf,
  plan,
  type HandlerContext,
  type Claims,
  type RuntimeOptions,
  type TaskDefinition,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from '../runtime/desk.ts'
import { byHand, simulated } from '../runtime/watching.ts'
import { handClaims, watchedClaims } from './hand-claims.ts'

function played(
  claims: Claims,
  options: AgentsOptions = {},
  runtime: Omit<RuntimeOptions, 'clock' | 'agents'> = {},
) {
  const team = agents({ list: [{ id: 'ada', maxLoad: 0 }], ...options, claims })
  const hand = desk()
  const made = simulated({ concurrency: 100, executors: { hand }, ...runtime, agents: team })
  const load = (): number => team.list()[0]!.load
  return { ...made, team, hand, load }
}

const task = (over: Partial<TaskDefinition> = {}): TaskDefinition => ({
  agent: 'ada',
  killGrace: 0,
  run: byHand,
  ...over,
})
const twice = { retry: { maxAttempts: 2, backoff: { base: '1s' as const } } }
const nothing = { activeJobs: 0, jobs: 0 }

describe('a task that is claimed at once', () => {
  it('is told as claimed, directly before its dispatch, and released with how it has ended', async () => {
    const claims = watchedClaims()
    const { start, hand } = played(claims)
    const { all, types, run } = await start({ a: task(), b: task() })
    expect(types('a')).toEqual([
      'task.ready',
      'task.claimed',
      'task.dispatched',
      'task.starting',
      'task.started',
    ])
    expect(all('task.claimed')[0]).toMatchObject({ taskId: 'a', agentId: 'ada', fence: 1 })
    expect(run.view().tasks.get('a')?.agents?.fence).toBe(1)
    expect(claims.requests[0]).toMatchObject({
      key: `${run.id}/a`,
      runId: run.id,
      taskId: 'a',
      attempt: 1,
      agentId: 'ada',
    })
    expect(claims.requests[0]).not.toHaveProperty('after')
    expect(claims.released).toEqual([])
    hand.completes('a/1')
    hand.fails('b/1')
    expect(claims.released).toEqual(['a 1 completed', 'b 2 failed'])
  })

  it('keeps its claim over its attempts, and confirms it with each', async () => {
    const claims = watchedClaims()
    const { start, hand, wait } = played(claims)
    const { all, run } = await start({ a: task(twice) })
    hand.fails('a/1')
    expect(await claims.holds({ key: `${run.id}/a`, fence: 1 })).toBe(true)
    await wait(1_000)
    expect(all('task.claimed').map(({ fence }) => fence)).toEqual([1, 1])
    expect(claims.requests.map(({ after, attempt }) => [after, attempt])).toEqual([
      [undefined, 1],
      [1, 2],
    ])
    hand.completes('a/2')
    expect(claims.released).toEqual(['a 1 completed'])
  })

  it('is given back when its executor takes its acceptance back, and claimed anew', async () => {
    const claims = watchedClaims()
    const hand = desk({ begins: false })
    const { start, load, wait } = played(claims, {}, { executors: { hand } })
    const { all, run } = await start({ a: task() })
    hand.say('a/1', { type: 'attempt.rejected' })
    expect(claims.released).toEqual(['a 1'])
    await wait(1_000)
    expect(all('task.claimed').map(({ fence }) => fence)).toEqual([1, 2])
    hand.begins('a/2')
    hand.completes('a/2')
    expect(claims.released).toEqual(['a 1', 'a 2 completed'])
    expect(load()).toBe(0)
    expect((await run.result).status).toBe('completed')
  })

  it('is released when it is killed while it waits for its next attempt', async () => {
    const claims = watchedClaims()
    const { start, hand } = played(claims)
    const { run } = await start({ a: task(twice) })
    hand.fails('a/1')
    void run.kill()
    await run.result
    expect(claims.released).toEqual(['a 1 killed'])
  })

  it('is claimed again after a redrive, though it has ended', async () => {
    const claims = watchedClaims()
    const { start, hand, wait } = played(claims)
    const { all, run } = await start({ a: task() })
    hand.fails('a/1')
    await run.result
    void run.redrive()
    await wait()
    expect(all('task.claimed').map(({ fence }) => fence)).toEqual([1, 2])
    hand.completes('a/2')
    expect((await run.result).status).toBe('completed')
    expect(claims.released).toEqual(['a 1 failed', 'a 2 completed'])
  })

  it('is never taken for another one, whatever slashes the ids have', async () => {
    const { start, hand } = played(memoryClaims())
    await start({ 'b/c': task() }, { id: 'a' })
    hand.completes('c/1')
    const second = await start({ c: task() }, { id: 'a/b' })
    await start({ c: task() }, { id: 'a%2Fb' })
    expect(second.types('c')).toContain('task.claimed')
    expect(hand.started).toEqual(['c', 'c', 'c'])
  })

  it('has its claim, with which a handler can ask whether it still counts', async () => {
    const claims = memoryClaims()
    const { start } = played(claims)
    const said: unknown[] = []
    const held = async ({ claim }: HandlerContext): Promise<void> => {
      said.push(claim, await claims.holds(claim!))
      await claims.release(claim!)
      said.push(await claims.holds(claim!))
    }
    const { run } = await start({ a: task({ run: held }), b: { run: ({ claim }) => void said.push(claim) } })
    await run.result
    expect(said).toEqual([undefined, { key: `${run.id}/a`, fence: 1 }, true, false])
  })

  it('needs no claim where it needs no agent', async () => {
    const claims = watchedClaims()
    const { start } = played(claims)
    await start({ a: { run: byHand } })
    expect(claims.requests).toEqual([])
  })
})

describe('a task that another coordinator has claimed', () => {
  it('costs a dispatch attempt at 0, 5 and 15 s, gives back what was reserved, and is a dead letter then', async () => {
    const claims = memoryClaims()
    const other = played(claims)
    const first = await other.start({ a: task() }, { id: 'shared' })
    const { start, wait, team, load, hand } = played(claims)
    const { all, run } = await start({ a: task() }, { id: 'shared' })
    expect(all('dispatch.claim-failed')).toEqual([
      expect.objectContaining({
        agentId: 'ada',
        why: 'held',
        heldBy: `process ${process.pid}`,
        dispatchAttempt: 1,
        until: 5_000,
        failure: expect.objectContaining({
          code: 'CLAIM_FAILED',
          message: `It is claimed by process ${process.pid}.`,
          retryable: false,
        }),
      }),
    ])
    expect(load()).toBe(0)
    expect(team.usage()[0]).toMatchObject(nothing)
    expect(run.why('a').sentence).toBe(
      'a is dispatched and waits to try again in 5.0 s; and for an agent: ada (not claimed).',
    )
    expect(whyOf(run.view(), 'a').sentence).toBe(run.why('a').sentence)
    await wait(4_999)
    expect(all('dispatch.claim-failed')).toHaveLength(1)
    await wait(1)
    expect(all('dispatch.claim-failed')).toHaveLength(2)
    await wait(9_999)
    expect(run.view().status).toBe('running')
    await wait(1)
    expect(all('dispatch.claim-failed')[2]).toMatchObject({ dispatchAttempt: 3, at: 15_000 })
    expect(run.view().tasks.get('a')?.outcome).toMatchObject({
      status: 'failed',
      deadLettered: true,
      failure: { code: 'CLAIM_FAILED' },
    })
    expect(hand.started).toEqual([])
    other.hand.completes('a/1')
    expect((await first.run.result).status).toBe('completed')
  })

  it('is started as soon as it was given back', async () => {
    const claims = memoryClaims()
    const elsewhere = { id: 'elsewhere' }
    const held = await claims.claim({
      key: 'shared/a',
      runId: 'shared',
      taskId: 'a',
      attempt: 1,
      agentId: 'ada',
      owner: elsewhere,
    })
    const { start, wait, hand } = played(claims)
    await start({ a: task() }, { id: 'shared' })
    await claims.release(held as never)
    await wait(5_000)
    expect(hand.started).toEqual(['a'])
  })

  it('fails at once where it has ended there, and says how', async () => {
    const claims = memoryClaims()
    const other = played(claims)
    await other.start({ a: task() }, { id: 'shared' })
    other.hand.completes('a/1')
    const { start } = played(claims)
    const { all, run } = await start({ a: task() }, { id: 'shared' })
    expect((await run.result).status).toBe('failed')
    expect(all('dispatch.claim-failed')).toEqual([
      expect.objectContaining({ why: 'ended', ended: 'completed', dispatchAttempt: 1 }),
    ])
    expect(run.view().tasks.get('a')?.outcome).toMatchObject({
      deadLettered: false,
      failure: { message: `It is completed already, by process ${process.pid}.` },
    })
  })

  it('asks a person where its failure is to be asked about', async () => {
    const claims = handClaims()
    const { start, load } = played(claims, { dispatch: { maxAttempts: 1 } })
    const { all, run, types } = await start({ a: task({ onFailure: 'ask' }) })
    await claims.asked[0]!.answers({ heldBy: 'somebody' })
    expect(types('a').slice(-2)).toEqual(['dispatch.claim-failed', 'task.asked'])
    expect(all('dispatch.claim-failed')[0]?.heldBy).toBe('somebody')
    expect(load()).toBe(0)
    run.answer('a', 'retry')
    await claims.asked[1]!.gives(1)
    expect(types('a').at(-1)).toBe('task.started')
  })
})

describe('a claim that is open', () => {
  it('holds slot, reservation and load, tells nothing, and is what the task waits for', async () => {
    const claims = handClaims()
    const { start, load, team, hand } = played(claims, {}, { concurrency: 1 })
    const { types, run } = await start({ a: task(), b: { run: byHand } })
    expect(types('a')).toEqual(['task.ready'])
    expect(load()).toBe(1)
    expect(team.usage()[0]).toMatchObject({ activeJobs: 1, jobs: 1 })
    expect(hand.started).toEqual([])
    expect(run.why('a')).toMatchObject({
      status: 'dispatched',
      sentence: 'a is dispatched and waits for its claim, for the agent ada, at most 10.0 s.',
      waitsFor: [{ kind: 'claim', agentId: 'ada', until: 10_000 }],
    })
    expect(run.why('b').waitsFor).toEqual([expect.objectContaining({ kind: 'slot', heldBy: ['a'] })])
    await claims.asked[0]!.gives(7)
    expect(types('a').slice(1, 3)).toEqual(['task.claimed', 'task.dispatched'])
    hand.completes('a/1')
    expect(hand.started).toEqual(['a', 'b'])
    expect(claims.released).toEqual(['a 7 completed'])
  })

  it.each([
    ['rejects', (claim: ReturnType<typeof handClaims>['asked'][number]) => claim.throws(new Error('no net'))],
    ['answers something else', (claim: ReturnType<typeof handClaims>['asked'][number]) => claim.answers(3)],
  ])('costs a dispatch attempt when it %s', async (_, act) => {
    const claims = handClaims()
    const { start, load, wait, clock } = played(claims)
    const { all } = await start({ a: task() })
    await act(claims.asked[0]!)
    expect(all('dispatch.claim-failed')[0]).toMatchObject({ why: 'threw', dispatchAttempt: 1 })
    expect(load()).toBe(0)
    await wait(5_000)
    expect(claims.asked).toHaveLength(2)
    expect(clock.now()).toBe(5_000)
  })

  it('is given up after 10 s, and released when it comes after all', async () => {
    const claims = handClaims()
    const { start, load, wait, team } = played(claims)
    const { all } = await start({ a: task() })
    await wait(9_999)
    expect(load()).toBe(1)
    await wait(1)
    expect(load()).toBe(0)
    expect(team.usage()[0]).toMatchObject(nothing)
    expect(all('dispatch.claim-failed')[0]).toMatchObject({ why: 'timeout', at: 10_000, until: 15_000 })
    await wait(5_000)
    await claims.asked[0]!.gives(1)
    expect(claims.released).toEqual(['a 1'])
    await claims.asked[1]!.gives(2)
    expect(all('task.claimed')[0]?.fence).toBe(2)
    expect(claims.released).toEqual(['a 1'])
  })

  it('is given up after a `claimTimeout` of its own', async () => {
    const { start, wait } = played(handClaims(), { claimTimeout: '2s' })
    const { all } = await start({ a: task() })
    await wait(2_000)
    expect(all('dispatch.claim-failed')).toHaveLength(1)
  })

  it('of a retried task that nobody answers loses nothing: the claim of before is still there', async () => {
    const claims = handClaims()
    const { start, wait, hand } = played(claims)
    await start({ a: task(twice) })
    await claims.asked[0]!.gives(1)
    hand.fails('a/1')
    await wait(11_000)
    await claims.asked[1]!.gives(1)
    expect(claims.released).toEqual([])
    await wait(5_000)
    await claims.asked[2]!.gives(1)
    hand.completes('a/2')
    expect(claims.released).toEqual(['a 1 completed'])
  })

  it.each(['kill', 'drain'] as const)(
    'of a run that gets a %s starts nothing, and is released when it comes',
    async (how) => {
      const claims = handClaims()
      const { start, load, team, hand } = played(claims)
      const { run } = await start({ a: task() })
      void run[how]()
      expect((await run.result).status).toBe('killed')
      expect(load()).toBe(0)
      expect(team.usage()[0]).toMatchObject(nothing)
      await claims.asked[0]!.gives(1)
      expect(claims.released).toEqual(['a 1'])
      expect(hand.started).toEqual([])
    },
  )

  it('of a paused run is released when it comes, and asked for again when the run is resumed', async () => {
    const claims = handClaims()
    const { start, load, hand, wait } = played(claims)
    const { run, types } = await start({ a: task() })
    run.pause()
    await claims.asked[0]!.gives(1)
    expect(claims.released).toEqual(['a 1'])
    expect(load()).toBe(0)
    expect(types('a')).toEqual(['task.ready'])
    await wait(60_000)
    expect(claims.asked).toHaveLength(1)
    run.resume()
    await wait()
    await claims.asked[1]!.gives(2)
    expect(hand.started).toEqual(['a'])
  })

  it.each(['drain', 'kill'] as const)(
    'of a runtime that shuts down by %s is released when it comes',
    async (mode) => {
      const claims = handClaims()
      const { start, runtime } = played(claims)
      await start({ a: task() })
      const closing = runtime.shutdown({ mode })
      await claims.asked[0]!.gives(1)
      await closing
      expect(claims.released).toEqual(['a 1'])
    },
  )

  it('for an agent that goes or falls silent is released when it comes, and another one gets the task', async () => {
    const claims = handClaims()
    const { start, team, hand } = played(claims, { list: [{ id: 'ada' }, { id: 'bob' }] })
    const { all } = await start({ a: { requires: [], agent: 'ada', fallback: ['bob'], run: byHand } })
    team.deregister('ada')
    await claims.asked[0]!.gives(1)
    await claims.asked[1]!.gives(2)
    expect(claims.released).toEqual(['a 1'])
    expect(all('task.dispatched')[0]?.agentId).toBe('bob')
    expect(hand.started).toEqual(['a'])
  })

  it('arms one timer, and none once it was answered and its task has ended', async () => {
    const claims = handClaims()
    const { start, clock, hand } = played(claims)
    const { run } = await start({ a: task(), b: task() })
    expect(clock.pending).toBe(1)
    await claims.asked[0]!.gives(1)
    await claims.asked[1]!.gives(2)
    hand.completes('a/1')
    hand.completes('b/1')
    await run.result
    expect(clock.pending).toBe(0)
  })
})

describe('what an open claim holds', () => {
  it('is there for others as soon as the claim has failed', async () => {
    const claims = handClaims()
    const list = [{ id: 'ada', maxLoad: 1 }]
    const { start } = played(claims, { list }, { concurrency: 3, pools: { licence: 1 } })
    const licensed = { uses: { licence: 1 } }
    const { all } = await start({ a: task(licensed), b: task(licensed) })
    expect(claims.asked.map(({ request }) => request.taskId)).toEqual(['a'])
    await claims.asked[0]!.answers({ heldBy: 'somebody' })
    expect(claims.asked.map(({ request }) => request.taskId)).toEqual(['a', 'b'])
    await claims.asked[1]!.gives(2)
    expect(all('task.dispatched').map(({ taskId }) => taskId)).toEqual(['b'])
  })

  it('is no slot that a handler holds: nobody is told to start its runs by `ctx.run`', async () => {
    // What would say so is loaded when a run is dispatched to a full runtime.
    await import('../../src/runtime/standstill-watch.ts')
    const claims = handClaims()
    const { start, wait } = played(claims, { claimTimeout: '1h' }, { concurrency: 1 })
    await start({ a: { agent: 'ada', run: () => 1 } })
    const { run } = await start({ b: { run: () => 2 } })
    for (let turn = 0; turn < 6; turn++) await wait(10_000)
    expect(run.why('b').sentence).toBe(
      'b is ready and waits for one of the 1 slots of the runtime, held by 1 of other runs.',
    )
  })

  it('lends nothing to a handler of an earlier attempt', async () => {
    const claims = handClaims()
    const { start, wait } = played(claims, { claimTimeout: '1h' }, { concurrency: 1 })
    let again: () => unknown = () => undefined
    const inner = { c: { run: () => 3 } }
    const nested = plan({ name: 'nested', tasks: inner })
    const { run } = await start({
      a: task({
        ...twice,
        run: (ctx: HandlerContext) => {
          again = () => ctx.run(nested).catch(() => undefined)
          throw new Error('broke')
        },
      } as never),
    })
    await claims.asked[0]!.gives(1)
    await wait(1_000)
    expect(claims.asked).toHaveLength(2)
    void again()
    const { run: other } = await start({ b: { run: () => 2 } })
    await wait(1_000)
    expect(other.why('b').waitsFor).toEqual([expect.objectContaining({ kind: 'slot' })])
    expect(run.view().status).toBe('running')
  })

  it('is held for 10 s of time, however the clock is set meanwhile', async () => {
    const { start, wait, clock, load } = played(handClaims())
    const { all } = await start({ a: task() })
    await wait(4_000)
    clock.set(clock.now() + 86_400_000)
    await wait(5_999)
    expect(load()).toBe(1)
    await wait(1)
    expect(all('dispatch.claim-failed')[0]).toMatchObject({ why: 'timeout', failure: { retryable: true } })
    expect(load()).toBe(0)
  })
})

describe('claims that fail at once', () => {
  it('cost a dispatch attempt each, and the task fails in the end', async () => {
    const claims: Claims = {
      ...memoryClaims(),
      claim: () => {
        throw new Error('no such table')
      },
    }
    const { start, wait } = played(claims)
    const { all, run } = await start({ a: task() })
    await wait(15_000)
    expect(all('dispatch.claim-failed').map(({ at, why }) => [at, why])).toEqual([
      [0, 'threw'],
      [5_000, 'threw'],
      [15_000, 'threw'],
    ])
    expect((await run.result).status).toBe('failed')
  })

  it('to release are told, and harm nobody', async () => {
    const claims: Claims = {
      ...memoryClaims(),
      release: () => Promise.reject(new Error('the disk is full')),
    }
    const { start, hand } = played(claims)
    const { all, run } = await start({ a: task(), b: task() })
    hand.completes('a/1')
    await new Promise((resolve) => setTimeout(resolve))
    expect(all('observer.failed')[0]?.message).toBe('The claim of a could not be released: the disk is full')
    hand.completes('b/1')
    expect((await run.result).status).toBe('completed')
  })
})

describe('options of claims', () => {
  it('are refused where they make no sense', () => {
    expect(() => agents({ claims: {} as Claims })).toThrow('claims')
    expect(() => agents({ claims: memoryClaims(), claimTimeout: 0 })).toThrow('claimTimeout')
  })
})
