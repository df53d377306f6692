import {
  type Claims,
  createRuntime,
  plan,
  type RunFact,
  SimulatedClock,
  type Store,
  type TaskDefinition,
} from 'dagmar'
import { type AgentFact, agents, memoryClaims } from 'dagmar/agents'
import { describe, expect, it } from 'vitest'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { thisProcess } from '../../src/stores/durable/owner.ts'
import { checkInvariants } from '../../src/testing/invariants/check-invariants.ts'
import { desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'
import { type Disk, storeOver } from './disk.ts'

const startAt = Date.UTC(2026, 0, 15, 12)
const dead = { ...thisProcess(), pid: 2 ** 30 }
const task: TaskDefinition = {
  agent: 'ada',
  retry: { maxAttempts: 2, backoff: { base: '1s' } },
  killGrace: 0,
  run: byHand,
}
const tasks = plan({ name: 'crashed', tasks: { a: task, b: task, c: { ...task, needs: ['a'] } } })

/** At which append a process dies, and whether that is written. */
interface Death {
  readonly at: number
  readonly isWritten: boolean
}

const never: Death = { at: Number.POSITIVE_INFINITY, isWritten: false }

/** Before and after each of so many appends, but for the first. */
const deathsIn = (appends: number): readonly Death[] =>
  Array.from({ length: appends - 1 }, (_, index) => index + 2).flatMap((at) => [
    { at, isWritten: false },
    { at, isWritten: true },
  ])

interface Life {
  /** How often the store was asked to append, with what came after the crash. */
  readonly appends: () => number
  readonly disk: Disk
}

/**
 * A process that does the run, and dies when it appends, before or after that is written: from then on nothing that it does
 * reaches anybody.
 */
async function liveAndDie(death: Death, claims: Claims, isLate: boolean): Promise<Life> {
  const clock = new SimulatedClock(startAt)
  const disk: Disk = new Map()
  let appends = 0
  const isDead = (): boolean => appends >= death.at
  const inner = storeOver(disk)
  const store: Store = {
    ...inner,
    append(groups) {
      appends++
      if (!isDead()) return inner.append(groups)
      if (death.isWritten && appends === death.at) void inner.append(groups)
      return new Promise(() => undefined)
    },
  }
  const mortal: Claims = {
    claim(request) {
      if (isDead()) return new Promise(() => undefined)
      const asked = { ...request, owner: { ...request.owner, process: dead } }
      if (!isLate) return claims.claim(asked)
      return new Promise((resolve) => void clock.setTimeout(() => resolve(claims.claim(asked)), 500))
    },
    release: (claimed, ended) => (isDead() ? undefined : claims.release(claimed, ended)),
    holds: (claimed) => claims.holds(claimed),
  }
  const hand = desk()
  const team = agents({ list: [{ id: 'ada', maxLoad: 0, ttl: Infinity }], claims: mortal })
  const runtime = createRuntime({ clock, store, executors: { hand }, agents: team })
  runtime.dispatch(tasks, { id: 'run' })
  const wait = async (ms = 1_000): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await clock.advanceAsync(ms / 5)
  }
  const say = (name: string, how: 'completes' | 'fails'): void => {
    if (!isDead() && hand.asked.includes(`start ${name}`)) hand[how](name)
  }
  // What a run over such a store needs is loaded first.
  for (let turn = 0; turn < 2_000 && !disk.has('run') && !isDead(); turn++) {
    await clock.advanceAsync(0)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await wait()
  say('a/1', 'fails')
  say('b/1', 'completes')
  await wait(3_000)
  say('a/2', 'completes')
  await wait()
  say('c/1', 'completes')
  await wait()
  return { appends: () => appends, disk }
}

/** How many attempts are on somebody's account. */
function openJobs(facts: readonly AgentFact[]): number {
  let open = 0
  for (const fact of facts) {
    if (fact.type === 'usage.recorded' && fact.of !== 'reported') open += fact.of === 'started' ? 1 : -1
  }
  return open
}

/** Goes on with the run until it has settled. */
async function recover(disk: Disk, claims: Claims, isLate: boolean): Promise<readonly RunFact[]> {
  const clock = new SimulatedClock(startAt + 60_000)
  const store = storeOver(disk)
  const hand = desk()
  const late: Claims = {
    ...claims,
    claim: (request) =>
      new Promise((resolve) => void clock.setTimeout(() => resolve(claims.claim(request)), 500)),
  }
  const team = agents({
    list: [{ id: 'ada', maxLoad: 0, ttl: Infinity }],
    claims: isLate ? late : claims,
  })
  const runtime = createRuntime({ clock, store, executors: { hand }, agents: team, dags: [tasks] })
  const recovering = runtime.recover('run')
  await clock.advanceAsync(0)
  const run = await recovering
  const done = new Set<string>()
  for (let turn = 0; turn < 30; turn++) {
    for (const asked of hand.asked) {
      const name = asked.slice('start '.length)
      if (!asked.startsWith('start ') || done.has(name)) continue
      done.add(name)
      hand.completes(name)
    }
    await clock.advanceAsync(1_000)
  }
  expect((await run.result).status).toBe('completed')
  expect(team.list()[0]).toMatchObject({ load: 0, usage: { activeJobs: 0 } })
  await runtime.shutdown()
  expect(openJobs((await store.read(agentsJournal)) as unknown as AgentFact[])).toBe(0)
  return store.read('run')
}

/** Who else asks for the task now, and is alive. */
async function askFor(claims: Claims, taskId: string) {
  const owner = { id: 'somebody else' }
  return claims.claim({ key: `run/${taskId}`, runId: 'run', taskId, attempt: 1, agentId: 'ada', owner })
}

describe.each([
  ['that answer at once', false],
  ['that answer later', true],
])('a process that dies between any two steps of a dispatch, with claims %s', (_, isLate) => {
  it('leaves no claim and no reservation behind once its run is recovered', async () => {
    const whole = await liveAndDie(never, memoryClaims(), isLate)
    expect(whole.disk.get('run')?.at(-1)?.type).toBe('run.completed')
    const count = whole.appends()
    expect(count).toBeGreaterThan(8)
    let cuts = 0
    for (const death of deathsIn(count)) {
      const claims = memoryClaims()
      const { disk } = await liveAndDie(death, claims, isLate)
      if (!disk.has('run')) continue
      cuts++
      const before = [...disk.get('run')!]
      if (before.at(-1)!.type === 'run.completed') continue
      const facts = await recover(disk, claims, isLate)
      expect(checkInvariants(facts, tasks, { ended: true })).toEqual([])
      const fences = facts.flatMap((fact) => (fact.type === 'task.claimed' ? [fact] : []))
      for (const taskId of ['a', 'b', 'c']) {
        const own = fences.filter((fact) => fact.taskId === taskId).map(({ fence }) => fence)
        expect(own).toEqual(own.toSorted((one, other) => one - other))
        expect(await askFor(claims, taskId)).toMatchObject({ ended: 'completed' })
      }
    }
    expect(cuts).toBeGreaterThan(12)
  })

  it('has its claims taken over at once by somebody else where its run is not recovered, but for what has ended', async () => {
    const count = (await liveAndDie(never, memoryClaims(), isLate)).appends()
    const wrong: unknown[] = []
    for (const death of deathsIn(count)) {
      const claims = memoryClaims()
      const { disk } = await liveAndDie(death, claims, isLate)
      const facts = disk.get('run') ?? []
      for (const taskId of ['a', 'b', 'c']) {
        const answer = await askFor(claims, taskId)
        const isCompleted = facts.some((fact) => fact.type === 'task.completed' && fact.taskId === taskId)
        const hasEnded = 'heldBy' in answer && answer.ended === 'completed'
        const isFree = !isCompleted && 'fence' in answer
        if (!hasEnded && !isFree) wrong.push({ death, taskId, answer })
      }
    }
    expect(wrong).toEqual([])
  })

  it('fails its recovered tasks that somebody else has taken meanwhile, and repeats none', async () => {
    const claims = memoryClaims()
    const { disk } = await liveAndDie({ at: 4, isWritten: false }, claims, isLate)
    expect(disk.get('run')?.some(({ type }) => type === 'task.claimed')).toBe(true)
    await askFor(claims, 'a')
    const clock = new SimulatedClock(startAt + 60_000)
    const hand = desk()
    const team = agents({ claims, list: [{ id: 'ada', maxLoad: 0, ttl: Infinity }] })
    const runtime = createRuntime({
      clock,
      store: storeOver(disk),
      executors: { hand },
      agents: team,
      dags: [tasks],
    })
    const recovering = runtime.recover('run')
    await clock.advanceAsync(0)
    const run = await recovering
    for (let turn = 0; turn < 5; turn++) await clock.advanceAsync(5_000)
    expect(run.view().tasks.get('a')?.outcome).toMatchObject({ failure: { code: 'CLAIM_FAILED' } })
    expect(hand.started).not.toContain('a')
  })
})

describe('a journal that ends within a step', () => {
  it('is gone on with from every fact, claims included', async () => {
    const { disk } = await liveAndDie(never, memoryClaims(), false)
    const whole = disk.get('run')!
    for (const fact of whole.slice(1, -1)) {
      const claims = memoryClaims()
      const cut: Disk = new Map([['run', whole.slice(0, fact.seq)]])
      const facts = await recover(cut, claims, false)
      expect(
        checkInvariants(facts, tasks, { ended: true }).map(({ message }) => `after ${fact.type}: ${message}`),
      ).toEqual([])
    }
  })
})
