import {
  type Claimed,
  type Claims,
  createRuntime,
  plan,
  type Report,
  SimulatedClock,
  type TaskDefinition,
} from 'dagmar'
import { agents, memoryClaims } from 'dagmar/agents'
import { describe, expect, it } from 'vitest'
import { thisProcess } from '../../src/stores/durable/owner.ts'
import { type Desk, desk, type DeskOptions } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'
import { type Disk, storeOver } from './disk.ts'
import { watchedClaims } from './hand-claims.ts'

const startAt = Date.UTC(2026, 0, 15, 12)
const task: TaskDefinition = {
  agent: 'ada',
  retry: { maxAttempts: 3, backoff: { base: '1h' } },
  killGrace: 0,
  run: byHand,
}
const dag = plan({ name: 'claimed', tasks: { a: task, b: task } })

/** Claims as a process has them that will be gone. */
const ofTheDead = (claims: Claims): Claims => ({
  ...claims,
  claim: (request) => {
    const process = { ...thisProcess(), pid: 2 ** 30 }
    return claims.claim({ ...request, owner: { ...request.owner, process } })
  },
})

interface Life {
  readonly clock: SimulatedClock
  readonly hand: Desk
  readonly runtime: ReturnType<typeof createRuntime>
  readonly until: (isSo: () => boolean) => Promise<void>
}

function life(disk: Disk, claims: Claims, options: DeskOptions = {}): Life {
  const clock = new SimulatedClock(startAt)
  const hand = desk(options)
  const team = agents({ list: [{ id: 'ada', maxLoad: 0, ttl: Infinity }], claims })
  const store = storeOver(disk)
  const runtime = createRuntime({ clock, store, executors: { hand }, agents: team, dags: [dag] })
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 2_000 && !isSo(); turn++) {
      await clock.advanceAsync(0)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(isSo()).toBe(true)
  }
  return { clock, hand, runtime, until }
}

/** A process in which a has failed once and b is at work, and that is gone. */
async function left(claims: Claims, options: DeskOptions = {}): Promise<Disk> {
  const disk: Disk = new Map()
  const { runtime, hand, until } = life(disk, ofTheDead(claims), options)
  runtime.dispatch(dag, { id: 'run' })
  await until(() => hand.started.length === 2)
  hand.fails('a/1')
  await until(() => disk.get('run')!.at(-1)!.type === 'task.retrying')
  return new Map(disk)
}

const other = async (claims: Claims, taskId: string) =>
  claims.claim({
    key: `run/${taskId}`,
    runId: 'run',
    taskId,
    attempt: 1,
    agentId: 'ada',
    owner: { id: 'other' },
  })

describe('a run with claims that is recovered', () => {
  it('has their fences from its facts, and goes on with those claims', async () => {
    const claims = memoryClaims()
    const disk = await left(claims)
    const watched = watchedClaims(claims)
    const { runtime, hand, until, clock } = life(disk, watched)
    const run = await runtime.recover('run')
    await until(() => hand.started.length === 1)
    expect(watched.requests).toEqual([expect.objectContaining({ taskId: 'b', attempt: 2, after: 2 })])
    await clock.advanceAsync(3_600_000)
    await until(() => hand.started.length === 2)
    expect(watched.requests[1]).toMatchObject({ taskId: 'a', attempt: 2, after: 1 })
    hand.completes('a/2')
    hand.completes('b/2')
    expect((await run.result).status).toBe('completed')
    expect(watched.released).toEqual(['a 4 completed', 'b 3 completed'])
  })

  it('ends the claims of tasks that end before they begin again', async () => {
    const claims = memoryClaims()
    const disk = await left(claims)
    const { runtime, until, hand } = life(disk, claims)
    const run = await runtime.recover('run')
    await until(() => hand.started.length === 1)
    void run.kill('a')
    await until(() => run.view().tasks.get('a')?.status === 'killed')
    expect(await other(claims, 'a')).toMatchObject({ ended: 'killed' })
    void run.kill()
  })

  it('may be redriven there: what has ended is claimed again', async () => {
    const claims = memoryClaims()
    const once: TaskDefinition = { agent: 'ada', run: byHand }
    const small = plan({ name: 'claimed', tasks: { a: once } })
    const disk: Disk = new Map()
    const first = life(disk, claims)
    const run = first.runtime.dispatch(small, { id: 'run' })
    await first.until(() => first.hand.started.length === 1)
    first.hand.fails('a/1')
    await first.until(() => disk.get('run')!.at(-1)!.type === 'run.failed')
    await run.result
    await first.runtime.shutdown()
    const later: Disk = new Map(disk)
    const second = life(later, claims)
    const again = await second.runtime.recover('run', { dag: small })
    void again.redrive()
    await second.until(() => second.hand.started.length === 1)
    second.hand.completes('a/2')
    expect((await again.result).status).toBe('completed')
    expect(await other(claims, 'a')).toMatchObject({ ended: 'completed' })

    // And where that process dies before it has begun again.
    const facts = later.get('run')!
    const redriven = facts.findIndex(({ type }) => type === 'task.redriven')
    const anew = memoryClaims()
    await anew.release((await other(anew, 'a')) as Claimed, 'failed')
    const cut: Disk = new Map([['run', facts.slice(0, redriven + 1)]])
    const third = life(cut, anew)
    const last = await third.runtime.recover('run', { dag: small })
    await third.until(() => third.hand.started.length === 1)
    void last.kill()
  })
})

describe('a runtime that is drained, and leaves its runs to others', () => {
  it('gives back the claims of what waits, so that others have them while it lives', async () => {
    const claims = memoryClaims()
    const disk: Disk = new Map()
    const { runtime, hand, until } = life(disk, claims)
    runtime.dispatch(dag, { id: 'run' })
    await until(() => hand.started.length === 2)
    hand.fails('a/1')
    await until(() => disk.get('run')!.at(-1)!.type === 'task.retrying')
    const closing = runtime.shutdown({ mode: 'drain' })
    expect(await other(claims, 'a')).toHaveProperty('heldBy')
    hand.completes('b/1')
    await until(() => disk.get('run')!.at(-1)!.type === 'task.completed')
    await closing
    expect(await other(claims, 'a')).toHaveProperty('fence')
    expect(await other(claims, 'b')).toMatchObject({ ended: 'completed' })
  })

  it('gives them back with each run that it leaves, not with the last', async () => {
    const claims = memoryClaims()
    const { runtime, hand, until } = life(new Map(), claims)
    const waits = runtime.dispatch(plan({ name: 'waits', tasks: { a: task } }), { id: 'run' })
    await until(() => hand.started.length === 1)
    hand.fails('a/1')
    await until(() => waits.view().tasks.get('a')?.until !== undefined)
    runtime.dispatch(plan({ name: 'works', tasks: { b: task } }), { id: 'another' })
    await until(() => hand.started.length === 2)
    const closing = runtime.shutdown({ mode: 'drain' })
    let isOver = false
    void closing.then(() => (isOver = true))
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    expect(isOver).toBe(false)
    expect(await other(claims, 'a')).toHaveProperty('fence')
    hand.completes('b/1')
    await closing
  })
})

describe('an attempt that its executor takes over', () => {
  const noting: DeskOptions = {
    start(attempt, report) {
      void attempt.note({ at: attempt.taskId })
      report({ type: 'attempt.started' })
    },
  }

  async function leftNoted(claims: Claims): Promise<Disk> {
    const disk: Disk = new Map()
    const { runtime, until } = life(disk, ofTheDead(claims), noting)
    const run = runtime.dispatch(dag, { id: 'run' })
    await until(() => [...run.view().tasks.values()].every(({ status }) => status === 'running'))
    return new Map(disk)
  }

  function adopting() {
    const reports = new Map<string, Report>()
    const ended: string[] = []
    const options: DeskOptions = {
      adopt: ({ taskId }, _, report) => {
        reports.set(taskId, report)
        report({ type: 'attempt.started' })
      },
      abort: (attemptId) => {
        const taskId = attemptId.split('/')[1]!
        ended.push(taskId)
        reports.get(taskId)!({ type: 'attempt.ended' })
      },
    }
    return { reports, ended, options }
  }

  it('keeps its claim, which is now that of the later process', async () => {
    const claims = memoryClaims()
    const disk = await leftNoted(claims)
    const { reports, options } = adopting()
    const { runtime, until } = life(disk, claims, options)
    const run = await runtime.recover('run')
    await until(() => reports.size === 2)
    expect(await other(claims, 'a')).toHaveProperty('heldBy')
    reports.get('a')!({ type: 'attempt.completed', output: 1 })
    reports.get('b')!({ type: 'attempt.completed', output: 1 })
    expect((await run.result).status).toBe('completed')
    expect(await other(claims, 'a')).toMatchObject({ ended: 'completed' })
  })

  it('is ended where somebody else has claimed its task meanwhile', async () => {
    const claims = memoryClaims()
    const disk = await leftNoted(claims)
    await other(claims, 'a')
    const { reports, ended, options } = adopting()
    const { runtime, until, clock } = life(disk, claims, options)
    const run = await runtime.recover('run')
    await until(() => ended.length === 1)
    expect(ended).toEqual(['a'])
    await until(() => run.view().tasks.get('a')?.status === 'dispatched')
    expect(run.view().tasks.get('a')?.failure).toMatchObject({ code: 'CLAIM_FAILED' })
    await clock.advanceAsync(3_600_000)
    await until(() => (run.view().tasks.get('a')?.agents?.dispatchAttempts ?? 0) > 0)
    reports.get('b')!({ type: 'attempt.completed', output: 1 })
    await clock.advanceAsync(60_000)
    await until(() => run.view().status === 'failed')
    expect(run.view().tasks.get('a')?.outcome).toMatchObject({ failure: { code: 'CLAIM_FAILED' } })
  })
})
