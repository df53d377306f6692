import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { command, dag, plan, type PlanDefinition } from '../../src/index.ts'
import { readPlanFile } from '../../src/plan-file/index.ts'
import { checkDag } from '../../src/check/index.ts'

const work = () => 'done'
const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const recorded = fileURLToPath(
  new URL('../../../shared/data/wfcommons/1000genome-chameleon-2ch-250k-001.json', import.meta.url),
)

describe('a sound dag gives no finding', () => {
  const sound = {
    'of one task': dag('one', { timeout: '1h' }).task('a', work),
    'without tasks': dag('none'),
    'that asks for agents': dag('asked', { defaults: { timeout: '10m', requires: ['write'] } })
      .task('a', work)
      .task('b', { needs: ['a'], agent: 'ada', fallback: ['bob'] }, work),
    'with a clean-up, an alarm and retries': dag('release', {
      timeout: '3h',
      defaults: { timeout: '10m', retry: { maxAttempts: 3, backoff: { base: '1s' } } },
    })
      .task('build', work)
      .task('test', { needs: ['build'] }, work)
      .task('lint', { needs: ['build'], onFailure: 'abort' }, work)
      .task('deploy', { needs: ['test', 'lint'], onFailure: 'ask' }, work)
      .task('alarm', { needs: ['test', 'deploy'], when: 'any-failed' }, work)
      .task('clean', { needs: ['deploy', 'alarm'], when: 'all-settled', onFailure: 'ignore' }, work),
    'with every rule': dag('rules', { defaults: { timeout: '1m' } })
      .task('a', work)
      .task('b', work)
      .task('all-settled', { needs: ['a', 'b'], when: 'all-settled' }, work)
      .task('all-failed', { needs: ['a', 'b'], when: 'all-failed' }, work)
      .task('any-completed', { needs: ['a', 'b'], when: 'any-completed' }, work)
      .task('any-failed', { needs: ['a', 'b'], when: 'any-failed' }, work)
      .task('any-settled', { needs: ['a', 'b'], when: 'any-settled' }, work)
      .task('none-failed', { needs: ['a', 'b'], when: 'none-failed' }, work)
      .task('one-good', { needs: ['a', 'b'], when: 'none-failed-min-one-completed' }, work)
      .task('all-skipped', { needs: ['all-failed', 'any-failed'], when: 'all-skipped' }, work)
      .task('none-skipped', { needs: ['all-failed', 'any-failed'], when: 'none-skipped' }, work)
      .task('always', { needs: ['a', 'b'], when: 'always' }, work)
      .task('own', { needs: ['a', 'b'], when: ({ a, b }) => a?.status === b?.status }, work),
    'with pools, priorities and one slot': dag('narrow', {
      concurrency: 1,
      pools: { gpu: 2 },
      defaults: { timeout: '1h' },
    })
      .task('a', { uses: { gpu: 2 }, priority: 'low' }, work)
      .task('b', { uses: { gpu: 1 }, priority: 'critical' }, work)
      .task('c', { needs: ['a'], uses: { gpu: 1 } }, work),
    'of commands that beat': plan({
      name: 'commands',
      defaults: { stall: { after: '1m', grace: '1m' }, killGrace: '10s' },
      tasks: {
        long: { run: command('sleep', ['7200']), estimate: '2h' },
        next: { run: command('true'), needs: ['long'] },
      },
    }),
  }

  it.each(Object.entries(sound))('%s', async (_, healthy) => {
    const report = await checkDag(healthy)
    expect(report.findings.map(({ sentence }) => sentence)).toEqual([])
    expect(report).toMatchObject({ ok: true, settles: true })
  })

  it.each(['self-check.yaml', 'matrix.yaml', 'hung-command.yaml'])('examples/%s', async (name) => {
    const report = await checkDag((await readPlanFile(example(name))).plan)
    expect(report.findings.map(({ sentence }) => sentence)).toEqual([])
  })
})

describe.skipIf(!existsSync(recorded))(
  'a recorded run of 82 tasks (../shared/data, where it is there)',
  () => {
    it('gives no finding, and each task is struck by every fault', async () => {
      const report = await checkDag(genomes())
      expect(report.findings.map(({ sentence }) => sentence)).toEqual([])
      expect(report.tasks).toHaveLength(82)
      expect(report.explored.singleFaults).toBe(report.explored.allSingleFaults)
      expect(report.explored.random).toBe(200)
    })
  },
)

describe('a large dag', () => {
  const wide = (size: number): PlanDefinition => ({
    name: 'large',
    defaults: { timeout: '1h' },
    tasks: Array.from(
      { length: size },
      (_, index) =>
        [`t${index}`, { needs: index === 0 ? [] : [`t${Math.floor((index - 1) / 2)}`], run: work }] as const,
    ),
  })

  it('is struck by a sample of faults, which the report says', async () => {
    const report = await checkDag(plan(wide(200)))
    expect(report.explored).toMatchObject({ singleFaults: 750, allSingleFaults: 1_600 })
    expect(report.explored.wholeKinds).toEqual(['fails', 'hangs', 'killed'])
    expect(report.toString()).toContain('750 of 1600 single faults')
    expect(report.toString()).toContain('of the other faults a sample was tried')
    expect(report.findings).toEqual([])
  })

  it('of thousands of tasks is looked at in a bounded number of runs', async () => {
    const report = await checkDag(plan(wide(3_000)), { runs: 3 })
    expect(report.explored).toMatchObject({ singleFaults: 50, wholeKinds: [] })
    expect(report.explored.runs).toBeLessThan(60)
    expect(report.toString().split('\n').length).toBeLessThan(60)
  })

  it('is struck by all of them when that is asked for', async () => {
    const report = await checkDag(plan(wide(40)), { singleFaults: Infinity, runs: 0 })
    expect(report.explored).toMatchObject({ singleFaults: 320, allSingleFaults: 320 })
  })
})

/** A thousand genomes, as somebody ran it: `parents` and `runtimeInSeconds` of WfFormat. */
function genomes() {
  const { workflow: recording } = JSON.parse(readFileSync(recorded, 'utf8')) as {
    readonly workflow: {
      readonly specification: { readonly tasks: readonly { id: string; parents: readonly string[] }[] }
      readonly execution: { readonly tasks: readonly { id: string; runtimeInSeconds: number }[] }
    }
  }
  const seconds = new Map(recording.execution.tasks.map((task) => [task.id, task.runtimeInSeconds]))
  return plan({
    name: 'genomes',
    defaults: { timeout: '1h', retry: { maxAttempts: 2 } },
    tasks: recording.specification.tasks.map(
      ({ id, parents }) =>
        [id, { needs: parents, run: work, estimate: (seconds.get(id) ?? 1) * 1_000 }] as const,
    ),
  })
}
