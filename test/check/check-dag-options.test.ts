import { describe, expect, it } from 'vitest'
import { DagmarError, dag } from '../../src/index.ts'
import { checkDagWith } from '../../src/check/check-dag.ts'
import { type CheckDagOptions, checkDag, type DagReport } from '../../src/check/index.ts'
import { nothingHappens, variantPhrase } from '../../src/check/variants/variant.ts'

const work = () => 'done'
const release = dag('release', { timeout: '1h' })
  .task('build', work)
  .task('lint', { onFailure: 'ignore' }, work)
  .task('deploy', { needs: ['build', 'lint'], onFailure: 'ask' }, work)
const promises: CheckDagOptions['promises'] = {
  'deploy is the last': (_, { trace }) => trace.settled.at(-1) === 'deploy',
}
const asData = (report: DagReport) => JSON.stringify(report)

describe('the seed', () => {
  it('brings back the same report, story by story', async () => {
    const first = await checkDag(release, { promises, seed: 7 })
    const second = await checkDag(release, { promises, seed: 7 })
    expect(asData(second)).toBe(asData(first))
    expect(second.toString()).toBe(first.toString())
    expect(first.seed).toBe(7)
  })

  it('changes what is tried at random, and of a large dag which single faults', async () => {
    const tried = async (seed: number) => {
      const seen: string[] = []
      await checkDag(release, {
        seed,
        runs: 20,
        singleFaults: 5,
        promises: { listen: (_, { facts }) => void seen.push(facts.map(({ type }) => type).join()) },
      })
      return seen
    }
    expect(await tried(1)).toEqual(await tried(1))
    expect(await tried(1)).not.toEqual(await tried(2))
  })
})

describe('without fast-check', () => {
  const absent = () =>
    Promise.reject(
      new DagmarError('PEER_MISSING', { message: 'fast-check is not there.', hint: 'Install it.' }),
    )

  it('every single fault is tried all the same, and the report says what is lacking', async () => {
    const report = await checkDagWith(release, {}, absent)
    expect(report.explored).toMatchObject({
      random: 0,
      withoutRandom: 'fast-check is not there. Install it.',
    })
    expect(report.explored.singleFaults).toBe(report.explored.allSingleFaults)
    expect(report.findings.map(({ code }) => code)).toEqual(['IGNORE_PASSES_UNDEFINED'])
    expect(report.toString()).toContain('Nothing was tried at random. fast-check is not there. Install it.')
  })

  it('random runs that are asked for are refused, with how to install it', async () => {
    await expect(checkDagWith(release, { runs: 10 }, absent)).rejects.toMatchObject({
      code: 'PEER_MISSING',
      hint: 'Install it.',
    })
  })

  it('nothing is lacking where no random runs are wanted', async () => {
    const report = await checkDagWith(release, { runs: 0 }, absent)
    expect(report.explored).not.toHaveProperty('withoutRandom')
  })
})

describe('options', () => {
  it.each<[string, string, object]>([
    ['an unknown one', 'CONFIG_INVALID', { sede: 1 }],
    ['a seed below 0', 'CONFIG_INVALID', { seed: -1 }],
    ['a fraction of runs', 'CONFIG_INVALID', { runs: 1.5 }],
    ['a promise that is no function', 'CONFIG_INVALID', { promises: { p: true } }],
    ['an unknown fault', 'CONFIG_INVALID', { faults: ['fail'] }],
    ['faults that are no list', 'CONFIG_INVALID', { faults: 'fails' }],
    ['the duration of an unknown task', 'TASK_UNKNOWN', { durations: { biuld: 1 } }],
    ['the output of an unknown task', 'TASK_UNKNOWN', { outputs: { biuld: 1 } }],
    ['no duration', 'DURATION_INVALID', { durations: { build: 'long' } }],
    ['an endless time limit', 'DURATION_INVALID', { timeLimit: Infinity }],
  ])('are refused for %s', async (_, code, options) => {
    await expect(checkDag(release, options)).rejects.toMatchObject({ code })
  })

  it('narrow down what may go wrong', async () => {
    const kinds = new Set<string>()
    const report = await checkDag(release, { faults: ['killed', 'run-drained'], runs: 5 })
    for (const { skippedBy } of report.tasks)
      for (const cause of skippedBy) for (const kind of cause.kinds) kinds.add(kind)
    expect([...kinds]).toEqual(['killed'])
    expect(report.explored.allSingleFaults).toBe(6)
    expect(report.findings).toEqual([])
  })

  it('tell of progress, to the end', async () => {
    const told: { done: number; of: number }[] = []
    const { explored } = await checkDag(release, { runs: 20, onProgress: (progress) => told.push(progress) })
    expect(told.map(({ done }) => done)).toEqual(
      Array.from({ length: explored.runs }, (_, index) => index + 1),
    )
    expect(told.every(({ done, of }) => done <= of)).toBe(true)
  })

  it('say how many slots and which pools there are', async () => {
    const pooled = dag('pooled', { defaults: { timeout: '1h' } })
      .task('a', { uses: { gpu: 1 } }, work)
      .task('b', work)
    await expect(checkDag(pooled)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    let overlaps = 0
    const report = await checkDag(pooled, {
      concurrency: 1,
      pools: { gpu: 1 },
      promises: {
        'one by one': (_, { trace }) => {
          if (trace.timeline.length > 1 && trace.overlap('a', 'b')) overlaps++
        },
      },
    })
    expect(report.findings).toEqual([])
    expect(overlaps).toBe(0)
  })

  it('let a run that takes longer than the time limit count as one that never settles', async () => {
    const slow = dag('slow', { defaults: { timeout: '3d' } }).task('a', { estimate: '2d' }, work)
    expect((await checkDag(slow, { runs: 0 })).settles).toBe(true)
    const { settles, findings } = await checkDag(slow, { runs: 0, timeLimit: '1d' })
    expect(settles).toBe(false)
    expect(findings[0]).toMatchObject({ code: 'RUN_NEVER_SETTLES', faults: [] })
    expect(findings[0]!.sentence).toContain('when nothing goes wrong: a is not settled by then.')
  })
})

it('a variant is told in words', () => {
  expect(variantPhrase(nothingHappens)).toBe('nothing goes wrong')
  expect(
    variantPhrase({
      ...nothingHappens,
      faults: [{ taskId: 'a', kind: 'rejected' }],
      paces: [
        { taskId: 'b', times: 0 },
        { taskId: 'c', times: 10 },
      ],
      answers: [{ taskId: 'a', answers: ['retry', 'ignore'] }],
    }),
  ).toBe(
    'the executor of a is full at first, and b takes no time, and c takes 10 times as long, and the answer to a is retry, then ignore',
  )
})

describe('crashes of the coordinator', () => {
  const shop = dag('shop', { defaults: { timeout: '1m' } })
    .task('reserve', async () => 'reserved')
    .task('charge', { needs: ['reserve'], maxInterruptions: 0 }, async () => 'charged')
    .task('mail', { needs: ['charge'], retry: { maxAttempts: 2 } }, async () => 'sent')

  it('are tried after each fact where they are asked for, and name what may happen twice', async () => {
    const { findings, explored, ok } = await checkDag(shop, { crashes: true, runs: 20 })
    const plain = await checkDag(shop, { runs: 20 })
    expect(explored.runs).toBeGreaterThan(plain.explored.runs + 100)
    expect(ok).toBe(true)
    expect(plain.findings.map(({ code }) => code)).not.toContain('CRASH_REPEATS_ATTEMPT')
    const repeats = findings.find(({ code }) => code === 'CRASH_REPEATS_ATTEMPT')
    expect(repeats).toMatchObject({ severity: 'note', taskIds: ['reserve', 'mail'] })
    const changes = findings.filter(({ code }) => code === 'CRASH_CHANGES_OUTCOME')
    expect(changes.map(({ taskIds }) => taskIds[0])).toEqual(expect.arrayContaining(['charge', 'mail']))
    expect(changes[0]!.sentence).toMatch(/^charge is failed in place of completed when the coordinator dies/)
    expect(changes[0]!.story.join('\n')).toContain('charge')
  })

  it('break no guarantee, and let every run settle that settles without them', async () => {
    const report = await checkDag(shop, { crashes: true, runs: 0 })
    expect(report.settles).toBe(true)
    expect(report.findings.filter(({ code }) => code === 'GUARANTEE_BROKEN')).toEqual([])
  })

  it('are asked for by true or false', async () => {
    await expect(checkDag(shop, { crashes: 5 as never })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
