import { fc, it as law } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Order } from 'dagmar'
import { simulate, type Simulation } from 'dagmar/simulation'
import type { TaskDefinition } from '../../src/graph/make-plan.ts'
import type { Plan } from '../../src/graph/plan.ts'
import { planned } from './planned.ts'

interface AnyTask {
  readonly estimate: number
  readonly needs: readonly number[]
  readonly pool: number
  readonly isAny: boolean
  readonly isTeardown: boolean
  readonly aborts: boolean
  readonly maxAttempts: number
}

const anyTasks = fc.array(
  fc.record<AnyTask>({
    estimate: fc.nat(20),
    needs: fc.uniqueArray(fc.nat(11), { maxLength: 3 }),
    pool: fc.nat(2),
    isAny: fc.boolean(),
    isTeardown: fc.boolean(),
    aborts: fc.constantFrom(false, false, true),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
)
const anyOrder = fc.constantFrom<Order>('fifo', 'critical-path')
const anySlots = fc.integer({ min: 1, max: 6 })
const anySeed = fc.nat(1_000)

/** Each task needs earlier ones only. */
function needsOf(tasks: readonly AnyTask[], index: number): string[] {
  const needs = tasks[index]!.needs.filter((need) => need < index)
  return needs.map((need) => `t${need}`)
}

function plain(tasks: readonly AnyTask[]): Plan {
  return planned(
    Object.fromEntries(
      tasks.map(({ estimate }, index) => [`t${index}`, { estimate, needs: needsOf(tasks, index) }]),
    ),
  )
}

/** With everything that may get in the way: pools, rules that are met early, and attempts that fail. */
function rich(tasks: readonly AnyTask[]): Plan {
  return planned(
    Object.fromEntries(
      tasks.map(({ estimate, pool, isAny, isTeardown, aborts, maxAttempts }, index) => {
        const needs = needsOf(tasks, index)
        const task: Omit<TaskDefinition, 'run'> = {
          estimate,
          needs,
          ...(pool === 0 ? {} : { uses: { pool } }),
          ...(isAny && needs.length > 0 ? { when: 'any-settled' } : {}),
          ...(isTeardown && needs.length > 0 ? { teardown: true } : {}),
          ...(aborts ? { onFailure: 'abort' } : {}),
          retry: { maxAttempts, backoff: { base: 7 } },
        }
        return [`t${index}`, task]
      }),
    ),
    { pools: { pool: 2 } },
  )
}

/** The most that was held at once of what `amount` says a task holds. */
function peakOf({ tasks }: Simulation, amount: (id: string) => number): number {
  const changes = tasks.flatMap(({ id, attempts }) =>
    attempts
      .filter(({ startAt, endAt }) => endAt > startAt)
      .flatMap(({ startAt, endAt }) => [
        { at: startAt, by: amount(id) },
        { at: endAt, by: -amount(id) },
      ]),
  )
  let [held, peak] = [0, 0]
  // What ends at an instant makes room for what starts then.
  for (const { by } of changes.toSorted((a, b) => a.at - b.at || a.by - b.by)) {
    held += by
    peak = Math.max(peak, held)
  }
  return peak
}

describe('a schedule', () => {
  law.prop([anyTasks, anySlots, anyOrder])(
    'is no shorter than its critical path and its work over its slots, and no longer than any list schedule',
    async (tasks, concurrency, order) => {
      const { makespanMs, criticalPathMs, busyMs, utilisation } = await simulate(plain(tasks), {
        concurrency,
        order,
      })
      expect(busyMs).toBe(tasks.reduce((sum, { estimate }) => sum + estimate, 0))
      expect(makespanMs).toBeGreaterThanOrEqual(Math.max(criticalPathMs, busyMs / concurrency))
      // Graham's bound for list scheduling.
      const most = busyMs / concurrency + (1 - 1 / concurrency) * criticalPathMs
      expect(makespanMs).toBeLessThanOrEqual(most + 1e-9)
      if (makespanMs > 0) expect(utilisation).toBeCloseTo(busyMs / concurrency / makespanMs, 9)
    },
  )

  law.prop([anyTasks, anyOrder])(
    'with a slot for each task is as long as its critical path',
    async (tasks, order) => {
      const simulation = await simulate(plain(tasks), { order, concurrency: tasks.length })
      expect(simulation.makespanMs).toBe(simulation.criticalPathMs)
      expect(simulation.boundBy).toBe('critical-path')
      expect(simulation.tasks.every(({ queuedMs }) => queuedMs === 0)).toBe(true)
    },
  )

  law.prop([anyTasks, anySlots, anyOrder])(
    'has each task once, after all that it needs, and never more than the slots at once',
    async (tasks, concurrency, order) => {
      const simulation = await simulate(plain(tasks), { concurrency, order })
      const byId = new Map(simulation.tasks.map((task) => [task.id, task]))
      expect([...byId.keys()]).toEqual(tasks.map((_, index) => `t${index}`))
      for (const [index, { estimate }] of tasks.entries()) {
        const task = byId.get(`t${index}`)!
        expect(task.attempts).toEqual([
          { startAt: task.startAt, endAt: task.startAt + estimate, how: 'completed' },
        ])
        expect(task.queuedMs).toBe(task.startAt - task.readyAt)
        const neededUntil = Math.max(0, ...needsOf(tasks, index).map((need) => byId.get(need)!.endAt))
        expect(task.readyAt).toBe(neededUntil)
      }
      expect(peakOf(simulation, () => 1)).toBeLessThanOrEqual(concurrency)
    },
  )
})

describe('a schedule with pools, early rules and failures', () => {
  law.prop([anyTasks, anySlots, anyOrder, anySeed])(
    'is no shorter than any of its bounds, and holds its limits',
    async (tasks, concurrency, order, seed) => {
      const plan = rich(tasks)
      const simulation = await simulate(plan, { concurrency, order, seed, failureRate: 0.3 })
      for (const { leastMs } of simulation.bounds)
        expect(simulation.makespanMs).toBeGreaterThanOrEqual(leastMs - 1e-9)
      expect(simulation.bounds[0]!.by).toEqual(simulation.boundBy)
      const { completed, failed, skipped, killed } = simulation.counts
      expect(completed + failed + skipped + killed).toBe(tasks.length)
      expect(peakOf(simulation, () => 1)).toBeLessThanOrEqual(concurrency)
      expect(
        peakOf(simulation, (id) => plan.tasks[plan.indexOf(id)!]!.uses['pool'] ?? 0),
      ).toBeLessThanOrEqual(2)
    },
  )

  law.prop([anyTasks, anySlots, anySeed])(
    'accounts for all the time that tasks waited',
    async (tasks, concurrency, seed) => {
      const simulation = await simulate(rich(tasks), { concurrency, seed, failureRate: 0.3 })
      const waited = simulation.tasks.reduce((sum, { queuedMs }) => sum + queuedMs, 0)
      expect(simulation.bounds.reduce((sum, { queuedMs }) => sum + queuedMs, 0)).toBe(waited)
    },
  )

  law.prop([anyTasks, anySlots, anySeed])(
    'is the same for the same seed',
    async (tasks, concurrency, seed) => {
      const options = { concurrency, seed, failureRate: 0.3, durations: { kind: 'exponential' } } as const
      expect(await simulate(rich(tasks), options)).toEqual(await simulate(rich(tasks), options))
    },
  )
})
