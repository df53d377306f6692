import { describe, expect, it } from 'vitest'
import { dag, type RunResult } from '../../src/index.ts'
import { checkDag, type DagReport, type FindingCode } from '../../src/check/index.ts'

const found = (report: DagReport, code: FindingCode) => {
  const finding = report.findings.find((one) => one.code === code)
  if (finding === undefined) throw new Error(`There is no ${code} in:\n${report.toString()}`)
  return finding
}
const codes = (report: DagReport) => report.findings.map(({ code }) => code)
const work = () => 'done'

describe('a task that never settles, since it has no timeout', () => {
  const hangable = dag('release')
    .task('build', { timeout: '5m' }, work)
    .task('test', { needs: ['build'] }, work)
    .task('deploy', { needs: ['test'], timeout: '5m' }, work)

  it('is found, with what hangs, who starves of it, and how such a run goes', async () => {
    const report = await checkDag(hangable)
    expect(codes(report)).toEqual(['RUN_NEVER_SETTLES'])
    expect(report).toMatchObject({ ok: false, settles: false })
    const finding = found(report, 'RUN_NEVER_SETTLES')
    expect(finding.severity).toBe('error')
    expect(finding.taskIds).toEqual(['test'])
    expect(finding.faults).toEqual([{ taskId: 'test', kind: 'hangs' }])
    expect(finding.sentence).toBe(
      'A run never settles when test hangs: nothing ends it (no timeout and no stall limit, and the run has no timeout). Up to 1 task starves of it.',
    )
    expect(finding.story.map((line) => line.trim())).toEqual([
      '0 ms  the run started',
      '0 ms  build started',
      '+10 ms  build completed',
      '+10 ms  test started',
      'and then nothing more, ever:',
      'test is running, and nothing limits how long.',
      'deploy is pending and waits for test (rule all-completed).',
    ])
    expect(report.tasks[2]).toMatchObject({
      taskId: 'deploy',
      starvedBy: [{ taskId: 'test', kinds: ['hangs'] }],
    })
  })

  it.each([
    ['a timeout of its own', { timeout: '1h' }],
    ['a stall limit with a grace', { stall: { after: '1m', grace: '1m' } }],
  ])('is not there with %s', async (_, limit) => {
    const limited = dag('release').task('test', limit, work)
    expect(codes(await checkDag(limited))).toEqual([])
  })

  it('is not there with a timeout of the run', async () => {
    expect(codes(await checkDag(dag('release', { timeout: '1h' }).task('test', work)))).toEqual([])
  })

  it('is there with a stall limit that only shows', async () => {
    const shown = dag('release').task('test', { stall: { after: '1m' } }, work)
    expect(found(await checkDag(shown), 'RUN_NEVER_SETTLES').sentence).toContain(
      'a stall limit without a grace',
    )
  })

  it('is there with a task that is retried without end', async () => {
    const endless = dag('release').task(
      'fetch',
      { timeout: '1m', retry: { maxAttempts: Infinity, backoff: { cap: '1m' } } },
      work,
    )
    const finding = found(await checkDag(endless), 'RUN_NEVER_SETTLES')
    expect(finding.sentence).toContain(
      'goes on past every bound of this check when fetch fails every time: fetch is tried again and again.',
    )
    expect(finding.story).toContain('and so on, without end:')
  })

  it('is told of a task that runs only after a failure, with both faults', async () => {
    const alarmed = dag('release')
      .task('build', { timeout: '1m' }, work)
      .task('alarm', { needs: ['build'], when: 'any-failed' }, work)
    const finding = found(await checkDag(alarmed), 'RUN_NEVER_SETTLES')
    expect(finding.faults).toEqual([
      { taskId: 'build', kind: 'fails' },
      { taskId: 'alarm', kind: 'hangs' },
    ])
  })
})

describe('a rule that can starve', () => {
  const cleanUp = (limits: { timeout?: string }, options: { timeout?: string } = {}) =>
    dag('nightly', options)
      .task('copy', limits, work)
      .task('clean', { needs: ['copy'], when: 'all-settled', timeout: '1m' }, work)

  it('is found where what it waits for may never end', async () => {
    const finding = found(await checkDag(cleanUp({})), 'RULE_STARVES')
    expect(finding).toMatchObject({ severity: 'error', taskIds: ['clean'] })
    expect(finding.faults).toEqual([{ taskId: 'copy', kind: 'hangs' }])
    expect(finding.sentence).toContain("clean (rule 'all-settled') starves when copy never ends")
  })

  it('is a warning where the timeout of the run comes first', async () => {
    const report = await checkDag(cleanUp({}, { timeout: '1h' }))
    expect(codes(report)).toEqual(['RULE_STARVES'])
    expect(report.ok).toBe(true)
    expect(found(report, 'RULE_STARVES').severity).toBe('warning')
  })

  it('is none where all before it have limits', async () => {
    expect(codes(await checkDag(cleanUp({ timeout: '10m' }, { timeout: '1h' })))).toEqual([])
  })
})

describe('a retry policy that outlives the timeout of the run', () => {
  const retried = (backoff: string, timeout: string) =>
    dag('sync', { timeout: '10m' }).task(
      'upload',
      { timeout, retry: { maxAttempts: 5, backoff: { base: backoff, factor: 1 } } },
      work,
    )

  it('is found by its waits', async () => {
    const finding = found(await checkDag(retried('3m', '1s')), 'RETRY_OUTLIVES_TIMEOUT')
    expect(finding).toMatchObject({ severity: 'warning', taskIds: ['upload'] })
    expect(finding.faults).toEqual([{ taskId: 'upload', kind: 'fails' }])
    expect(finding.sentence).toContain('in or after attempt 4')
    expect(finding.story.at(-1)).toContain('the run failed')
  })

  it('is found by its timeouts', async () => {
    const finding = found(await checkDag(retried('1s', '3m')), 'RETRY_OUTLIVES_TIMEOUT')
    expect(finding.faults).toEqual([{ taskId: 'upload', kind: 'hangs' }])
  })

  it('is none where all attempts fit', async () => {
    expect(codes(await checkDag(retried('5s', '1m')))).toEqual([])
  })
})

describe('an ignored failure', () => {
  it('that passes undefined on is found, with who gets it', async () => {
    const report = await checkDag(
      dag('site', { timeout: '1h' })
        .task('version', { onFailure: 'ignore' }, work)
        .task('build', { needs: ['version'] }, work)
        .task('notes', { needs: ['version', 'build'] }, work),
    )
    expect(codes(report)).toEqual(['IGNORE_PASSES_UNDEFINED'])
    const finding = found(report, 'IGNORE_PASSES_UNDEFINED')
    expect(finding).toMatchObject({
      severity: 'warning',
      taskIds: ['version', 'build', 'notes'],
      faults: [{ taskId: 'version', kind: 'fails' }],
    })
    expect(finding.sentence).toContain(
      'build and notes start all the same, with nothing in inputs for version',
    )
    expect(report.ok).toBe(true)
  })

  it('harms nobody whose rule does not count on the output', async () => {
    const report = await checkDag(
      dag('site', { defaults: { timeout: '5m' } })
        .task('lint', { onFailure: 'ignore' }, work)
        .task('report', { needs: ['lint'], when: 'all-settled' }, work),
    )
    expect(codes(report)).toEqual([])
  })
})

describe('a rule that never fires', () => {
  it('is an error where failures that it waits for are ignored', async () => {
    const report = await checkDag(
      dag('site', { defaults: { timeout: '5m' } })
        .task('lint', { onFailure: 'ignore' }, work)
        .task('alarm', { needs: ['lint'], when: 'any-failed' }, work),
    )
    const finding = found(report, 'RULE_NEVER_FIRES')
    expect(finding).toMatchObject({ severity: 'error', taskIds: ['alarm'] })
    expect(finding.sentence).toBe(
      "alarm never runs: its rule 'any-failed' can never be met, whatever fails, since a failure of lint is ignored and counts as completed. Only a kill by hand would start it (lint is killed by hand).",
    )
  })

  it('is told of one that waits for a skip where there are only failures', async () => {
    const report = await checkDag(
      dag('release')
        .task('test', { timeout: '1m' }, work)
        .task('deploy', { needs: ['test'], timeout: '1m' }, work)
        .task('instead', { needs: ['deploy'], when: 'all-skipped', timeout: '1m' }, work),
    )
    expect(found(report, 'RULE_NEVER_FIRES').sentence).toBe(
      "instead never runs: its rule 'all-skipped' can never be met, whatever fails, since what is skipped because of a failure counts as failed.",
    )
  })

  it('is not told of a rule that needs several failures at once', async () => {
    const report = await checkDag(
      dag('mirror', { timeout: '1h' })
        .task('a', work)
        .task('b', work)
        .task('c', work)
        .task('give-up', { needs: ['a', 'b', 'c'], when: 'all-failed' }, work),
      { runs: 0 },
    )
    expect(codes(report)).toEqual([])
    expect(report.explored.combinations).toBeGreaterThan(0)
  })

  it('is a warning where it is a function, as that may want outputs', async () => {
    const publishing = dag('site', { timeout: '1h' })
      .task('plan', () => ({ changed: true }))
      .task(
        'publish',
        {
          needs: ['plan'],
          when: ({ plan }) => plan?.status === 'completed' && (plan.output as { changed: boolean }).changed,
        },
        work,
      )
    const finding = found(await checkDag(publishing), 'RULE_NEVER_FIRES')
    expect(finding.severity).toBe('warning')
    expect(finding.hint).toContain('{ outputs: {')
    expect(codes(await checkDag(publishing, { outputs: { plan: { changed: true } } }))).toEqual([])
  })

  it('has a sibling that always fires, and one that throws', async () => {
    const report = await checkDag(
      dag('site', { timeout: '1h' })
        .task('a', work)
        .task('always', { needs: ['a'], when: () => true }, work)
        .task('throws', { needs: ['a'], when: ({ a }) => (a as { output: string }).output.length > 0 }, work),
    )
    expect(found(report, 'RULE_NEVER_FALSE')).toMatchObject({ severity: 'note', taskIds: ['always'] })
    expect(found(report, 'RULE_THROWS')).toMatchObject({
      taskIds: ['throws'],
      faults: [{ taskId: 'a', kind: 'fails' }],
    })
  })

  it.each([
    ['changes with each call', (calls: number) => calls % 2 === 0],
    ['changes in the end', (calls: number) => calls < 6],
    ['says yes once', (calls: number) => calls === 0],
    ['throws now and then', (calls: number) => calls % 3 > 0 || fail('not now')],
  ])('is named where it %s: that is no fault of dagmar', async (_what, answer) => {
    let calls = 0
    const report = await checkDag(
      dag('site', { timeout: '1h' })
        .task('a', work)
        .task(
          'b',
          { needs: ['a'], when: Object.defineProperty(() => answer(calls++), 'name', { value: 'moody' }) },
          work,
        )
        .task('c', { needs: ['b'], when: 'all-settled' }, work),
    )
    expect(found(report, 'RULE_IMPURE')).toMatchObject({
      severity: 'error',
      taskIds: ['b'],
      sentence: "The rule of b, 'moody', answers differently when it is asked again about the same outcomes.",
    })
    expect(codes(report)).not.toContain('GUARANTEE_BROKEN')
  })

  it('may look at outputs and give anything for yes and no', async () => {
    const report = await checkDag(
      dag('site', { timeout: '1h' })
        .task('a', work)
        .task(
          'b',
          { needs: ['a'], when: ({ a }) => (a?.status === 'completed' ? {} : undefined) as never },
          work,
        ),
    )
    expect(codes(report)).toEqual([])
  })

  it('shows what runs only when something fails, which is no finding', async () => {
    const report = await checkDag(
      dag('site', { defaults: { timeout: '5m' } })
        .task('test', work)
        .task('alarm', { needs: ['test'], when: 'any-failed' }, work),
    )
    expect(codes(report)).toEqual([])
    expect(report.consequences.map(({ sentence }) => sentence)).toContain(
      'alarm runs only when test fails, hangs, ignores its signal or is killed',
    )
  })
})

describe('a promise', () => {
  const release = dag('release', { timeout: '1h' })
    .task('test', { onFailure: 'ignore' }, work)
    .task('sign', work)
    .task('deploy', { needs: ['test', 'sign'] }, work)
  const untested = ({ outcomes }: RunResult) =>
    outcomes['deploy']?.status !== 'completed' || outcomes['test']?.status === 'completed'

  it('that is broken has the one fault that breaks it, and the story', async () => {
    const report = await checkDag(release, { promises: { 'nothing untested is deployed': untested } })
    const finding = found(report, 'PROMISE_BROKEN')
    expect(finding).toMatchObject({
      severity: 'error',
      faults: [{ taskId: 'test', kind: 'fails' }],
      paces: [],
    })
    expect(finding.sentence).toContain(
      "The promise 'nothing untested is deployed' is broken when test fails every time (in ",
    )
    const story = finding.story.join('\n')
    expect(story).toMatch(/test failed \(ignored\): .*\n.*\n?.*deploy started/)
    expect(report.ok).toBe(false)
  })

  it('that is kept is no finding, whether it answers or asserts', async () => {
    const report = await checkDag(release, {
      promises: {
        'deploy comes after sign': (_, { trace }) =>
          trace.settled.indexOf('deploy') > trace.settled.indexOf('sign'),
        'facts are there': (_, { facts }) => {
          if (facts.length === 0) throw new Error('there are none')
        },
      },
      faults: ['fails', 'rejected'],
    })
    expect(codes(report)).toEqual(['IGNORE_PASSES_UNDEFINED'])
  })

  it('may say what is wrong, by a text or a throw', async () => {
    const report = await checkDag(release, {
      promises: {
        text: ({ status }) => (status === 'completed' ? true : `it ${status}`),
        thrown: ({ status }) => {
          if (status !== 'completed') throw new Error(`alas, it ${status}`)
        },
      },
      runs: 0,
    })
    expect(report.findings.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('sign fails every time: it failed (in') as string,
      expect.stringContaining('sign fails every time: alas, it failed (in') as string,
      expect.stringContaining('When test fails') as string,
    ])
  })

  it('that only two faults at once break is found at random and shrunk to these two', async () => {
    const mirrored = dag('mirrored', { timeout: '1h' })
      .task('warm-up', work)
      .task('east', { needs: ['warm-up'] }, work)
      .task('west', { needs: ['warm-up'] }, work)
      .task('north', { needs: ['warm-up'] }, work)
      .task('serve', { needs: ['east', 'west'], when: 'any-completed' }, work)
    const report = await checkDag(mirrored, {
      faults: ['fails', 'hangs', 'killed'],
      promises: {
        'served when warm': ({ outcomes }) =>
          outcomes['warm-up']?.status !== 'completed' ||
          outcomes['serve']?.status === 'completed' ||
          (outcomes['east']?.status === 'completed' && outcomes['west']?.status === 'completed') ||
          outcomes['serve']?.status !== 'skipped',
      },
    })
    const finding = found(report, 'PROMISE_BROKEN')
    expect(finding.faults.map(({ taskId }) => taskId).toSorted()).toEqual(['east', 'west'])
    expect(finding).toMatchObject({ paces: [], answers: [] })
  })

  it('that a slow task breaks is found, and the pace is in the story', async () => {
    const race = dag('race', { timeout: '1h' })
      .task('quick', work)
      .task('slow', work)
      .task('after', { needs: ['quick'] }, work)
    const report = await checkDag(race, {
      durations: { quick: '1s', slow: '2s', after: '10ms' },
      faults: [],
      promises: {
        'after comes before slow is over': (_, { trace }) =>
          trace.settled.indexOf('after') < trace.settled.indexOf('slow'),
      },
    })
    const finding = found(report, 'PROMISE_BROKEN')
    expect(finding.faults).toEqual([])
    expect(finding.paces).toHaveLength(1)
    expect(finding.sentence).toMatch(/ is broken when \w+ takes (no time|[\d.]+ times as long) \(in /)
  })

  it('that would answer later is refused', async () => {
    const later = (async () => true) as unknown as () => boolean
    await expect(checkDag(release, { promises: { later } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('a task that asks whether it may start', () => {
  const asking = dag('asking', { timeout: '1h' })
    .task('deploy', { confirm: 'Deploy?' }, work)
    .task('announce', { needs: ['deploy'] }, work)
    .task('instead', { needs: ['deploy'], when: 'all-skipped' }, work)

  it('is told yes, and once no, so that what follows from that is seen', async () => {
    const report = await checkDag(asking, {
      promises: { 'is deployed': ({ outcomes }) => outcomes['deploy']?.status !== 'skipped' },
    })
    expect(codes(report)).toEqual(['PROMISE_BROKEN'])
    expect(found(report, 'PROMISE_BROKEN').answers).toEqual([{ taskId: 'deploy', answers: ['no'] }])
    expect(report.ok).toBe(false)
    expect(codes(await checkDag(asking))).toEqual([])
  })
})

describe('a task that asks what to do about its failure', () => {
  const asking = dag('asking', { timeout: '1h' })
    .task('deploy', { onFailure: 'ask' }, work)
    .task('smoke', { needs: ['deploy'] }, work)
    .task('announce', { needs: ['smoke'] }, work)

  it('is given every answer', async () => {
    const seen = new Set<string>()
    await checkDag(asking, {
      runs: 0,
      promises: {
        listen: (_, { facts }) => {
          for (const fact of facts) if (fact.type === 'task.answered') seen.add(String(fact.answer))
        },
      },
    })
    expect([...seen].toSorted()).toEqual(['abort', 'ignore', 'retry', 'skip'])
  })

  it('breaks a promise by an answer, which the story names', async () => {
    const report = await checkDag(asking, {
      promises: {
        'announced only what is deployed': ({ outcomes }) =>
          outcomes['announce']?.status !== 'completed' || outcomes['deploy']?.status === 'completed',
      },
    })
    const finding = found(report, 'PROMISE_BROKEN')
    expect(finding.faults).toEqual([{ taskId: 'deploy', kind: 'fails' }])
    expect(finding.answers).toEqual([{ taskId: 'deploy', answers: ['ignore'] }])
  })
})

describe('a run that cannot complete', () => {
  it('though nothing goes wrong is found', async () => {
    const report = await checkDag(dag('slow').task('build', { estimate: '20m', timeout: '5m' }, work))
    expect(found(report, 'FAILS_WITHOUT_FAULT')).toMatchObject({
      severity: 'error',
      taskIds: ['build'],
      faults: [],
    })
  })

  it('since its concurrency is 0 is found', async () => {
    const report = await checkDag(dag('held', { concurrency: 0 }).task('build', { timeout: '1m' }, work))
    expect(found(report, 'RUN_NEVER_SETTLES').sentence).toContain('its concurrency is 0')
  })
})

function fail(message: string): never {
  throw new Error(message)
}
