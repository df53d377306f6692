import { describe, expect, it } from 'vitest'
import { dag, type Plan, plan, type TaskDefinition } from '../../src/index.ts'
import { explore, type ExploredRun, type ExploredDag } from '../../src/check/explore/explored-run.ts'
import { impossibleRules } from '../../src/check/watchers/impossible-rules.ts'
import { type Variant, variantOf } from '../../src/check/variants/variant.ts'
import { guaranteesWatcher } from '../../src/check/watchers/broken-guarantees.ts'
import { settlementWatcher } from '../../src/check/watchers/settlement.ts'
import { standstillWatcher } from '../../src/check/watchers/standstill.ts'
import type { Watcher } from '../../src/check/watchers/watcher.ts'

const work = () => 'done'
const exploredDag = (plan: Plan): ExploredDag => ({
  plan,
  concurrency: undefined,
  pools: {},
  durationMs: () => 10,
  outputOf: () => 'done',
  timeLimitMs: 10 ** 9,
  agents: undefined,
})
const planOf = (options: Partial<TaskDefinition>) =>
  plan({
    name: 'made',
    timeout: '1h',
    tasks: { a: { ...options, run: work }, b: { needs: ['a'], run: work } },
  })
const saidBy = (watcher: Watcher, run: ExploredRun) => {
  watcher.see(run)
  const [draft] = watcher.drafts()
  if (draft === undefined) return undefined
  const { sentence, code } = draft
  return `${code}: ${typeof sentence === 'string' ? sentence : sentence(draft.variant!)}`
}
const hangs: Variant = variantOf({ taskId: 'a', kind: 'hangs' })

describe('a runtime that forgets a task', () => {
  it('is found out where the timeout of the run hides it: an attempt goes on past its own limit', async () => {
    const run = await explore(exploredDag(planOf({})), hangs)
    expect(saidBy(standstillWatcher(planOf({})), run)).toBeUndefined()
    expect(saidBy(standstillWatcher(planOf({ timeout: '5m' })), run)).toBe(
      "RUN_STUCK: When a hangs, a is not ended at its own limit of time, until the run's timeout of 1 h 0 min ends it.",
    )
  })

  it('is found out where nothing runs and nothing is awaited', async () => {
    const run = await explore(exploredDag(planOf({})), hangs)
    const unheard = run.facts.filter(
      ({ type }) => !['task.dispatched', 'task.starting', 'task.started'].includes(type),
    )
    expect(saidBy(standstillWatcher(planOf({})), { ...run, facts: unheard })).toContain(
      'RUN_STUCK: When a hangs, a waits for nothing and is not taken up',
    )
  })

  it('is found out where there is no timeout of the run', async () => {
    const run = await explore(exploredDag(planOf({})), hangs)
    const open = [{ taskId: 'a', status: 'dispatched', waitsFor: [], sentence: '' } as const]
    const stuck: ExploredRun = { ...run, result: undefined, standstill: 'stuck', open }
    expect(saidBy(settlementWatcher(planOf({})), stuck)).toBe(
      'RUN_STUCK: A run does not settle when a hangs, although nothing of it runs and nothing is awaited.',
    )
  })
})

it('a runtime that breaks a guarantee is found out, by the name of the guarantee', async () => {
  const retried = planOf({ retry: { maxAttempts: 3, backoff: { base: 0 } } })
  const run = await explore(exploredDag(retried), variantOf({ taskId: 'a', kind: 'fails' }))
  expect(saidBy(guaranteesWatcher(retried, exploredDag(retried)), run)).toBeUndefined()
  const strict = planOf({ retry: { maxAttempts: 2, backoff: { base: 0 } } })
  expect(saidBy(guaranteesWatcher(strict, exploredDag(strict)), run)).toMatch(
    /^GUARANTEE_BROKEN: dagmar broke its guarantee 8 .* when a fails every time: /,
  )
})

describe('a rule that is impossible', () => {
  const idsOf = (given: Plan) => [...impossibleRules(given)].map((index) => given.tasks[index]!.id)

  it('is proven so by how its dependencies may end', () => {
    const rules = dag('made')
      .task('ignored', { onFailure: 'ignore' }, work)
      .task('plain', work)
      .task('some', { needs: ['ignored', 'plain'], when: 'any-failed' }, work)
      .task('none', { needs: ['ignored', 'plain'], when: 'all-failed' }, work)
      .task('skipped', { needs: ['ignored', 'plain'], when: 'all-skipped' }, work)
      .task('after', { needs: ['none'] }, work)
      .task('unless', { needs: ['none'], when: 'all-skipped' }, work)
      .task('own', { needs: ['none'], when: () => false }, work)
      .plan()
    expect(idsOf(rules)).toEqual(['none', 'skipped', 'after'])
  })

  it('is seen where a task can only be skipped because of a failure, which counts as failed', () => {
    const rules = dag('made')
      .task('build', work)
      .task('test', { needs: ['build'] }, work)
      .task('deploy', { needs: ['test'], when: 'none-failed' }, work)
      .task('alarm', { needs: ['deploy'], when: 'any-failed' }, work)
      .task('unless', { needs: ['deploy'], when: 'all-skipped' }, work)
      .task('quiet', { needs: ['alarm'], when: 'all-skipped' }, work)
      .plan()
    expect(idsOf(rules)).toEqual(['unless'])
  })

  it('is looked for in a chain of any length', () => {
    let long = dag('long').task('t0', { onFailure: 'ignore' }, work) as unknown as {
      task(id: string, options: object, run: () => string): typeof long
      plan(): Plan
    }
    for (let index = 1; index < 20_000; index++)
      long = long.task(`t${index}`, { needs: [`t${index - 1}`] }, work)
    expect(idsOf(long.task('never', { needs: ['t0'], when: 'any-failed' }, work).plan())).toEqual(['never'])
  })
})
