import {
  type AnyDag,
  createRuntime,
  dag,
  type Fact,
  plan,
  type RunHandle,
  SimulatedClock,
  TerminalError,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import { painter } from '../../src/cli/screen/colours.ts'
import { RunProgress } from '../../src/cli/view/run-progress.ts'
import { summaryLines } from '../../src/cli/view/summary.ts'

const clocks: SimulatedClock[] = []

/** Runs the dag on a simulated clock and sums it up. */
async function summed(
  source: AnyDag,
  logDir?: string,
  eachTenMinutes: (run: RunHandle) => void = () => undefined,
): Promise<string[]> {
  const clock = new SimulatedClock(1_000)
  clocks.push(clock)
  const runtime = createRuntime({ clock, concurrency: 20 })
  const plan = source.plan()
  const progress = new RunProgress(plan)
  const run = runtime.dispatch(plan, { id: 'r' })
  run.events$.subscribe((fact: Fact) => progress.apply(fact))
  for (let past = 0; past < 6; past++) {
    await clock.advanceAsync(600_000)
    eachTenMinutes(run)
  }
  const more = logDir === undefined ? {} : { logDir }
  return summaryLines(await run.result, { plan, progress, paint: painter(false), ...more })
}

const wait = (ms: number) => (): Promise<string> =>
  new Promise((resolve) => {
    clocks.at(-1)!.setTimeout(() => resolve(''), ms)
  })

const breaks = (): never => {
  throw new TerminalError('exit code 3')
}

describe('the summary of a run', () => {
  it('is one line for a single task, and for none', async () => {
    expect(await summed(dag('tiny').task('a', () => 1))).toEqual(['tiny completed after < 1 ms: 1 completed'])
    expect(await summed(dag('none'), 'logs')).toEqual([
      'logs: logs',
      'none completed after < 1 ms: it has no tasks',
    ])
  })

  it('says where the time went: along the critical path, and in the slowest tasks', async () => {
    const some = dag('some')
      .task('build', wait(4_000))
      .task('test', { needs: ['build'] }, wait(2_000))
      .task('docs', wait(5_000))
      .task('a', wait(10))
      .task('b', wait(20))
      .task('c', wait(30))
    expect(await summed(some)).toEqual([
      'critical path: 6.0 s of 6.0 s',
      '       4.0 s  build',
      '       2.0 s  test',
      'slowest tasks:',
      '       5.0 s  docs',
      '       4.0 s  build',
      '       2.0 s  test',
      '       30 ms  c',
      '       20 ms  b',
      'some completed after 6.0 s: 6 completed',
    ])
  })

  it('follows what released each task: a chain of early rules is no longer than the run', async () => {
    const race = dag('race')
      .task('fast', wait(100))
      .task('slow', wait(1_000))
      .task('d', { needs: ['fast', 'slow'], when: 'any-completed' }, wait(1_500))
    expect(await summed(race)).toEqual([
      'critical path: 1.6 s of 1.6 s',
      '      100 ms  fast',
      '       1.5 s  d',
      'race completed after 1.6 s: 3 completed',
    ])
  })

  it('tells waiting for an answer, a retry or a slot apart from work', async () => {
    let tries = 0
    const waiting = dag('waiting')
      .task('flaky', { retry: { maxAttempts: 2, backoff: { base: 60_000 } } }, async () => {
        await wait(1_000)()
        if (tries++ === 0) throw new Error('not yet')
      })
      .task('person', { needs: ['flaky'] }, async ({ ask }) => {
        await wait(2_000)()
        await ask('well?')
        await wait(500)()
      })
      .task('busy', wait(7_000))
      .task('a', wait(10))
      .task('b', wait(20))
      .task('c', wait(30))
    const asked = summed(waiting, undefined, (run) => {
      if (run.view().tasks.get('person')?.questions.length === 1) run.answer('person', 'yes')
    })
    expect(await asked).toEqual([
      'critical path: 10 min 1 s of 10 min 1 s, 9 min 56 s of it waiting',
      '       2.0 s  flaky (and 1 min 0 s waiting)',
      '       2.5 s  person (and 8 min 56 s waiting)',
      'slowest tasks:',
      '       7.0 s  busy',
      '       2.5 s  person (and 8 min 56 s waiting)',
      '       2.0 s  flaky (and 1 min 0 s waiting)',
      '       30 ms  c',
      '       20 ms  b',
      'waiting completed after 10 min 1 s: 6 completed',
    ])
  })

  it('says which tasks were not to start, and what was skipped because of that', async () => {
    const declined = dag('release')
      .task('deploy', { confirm: 'Deploy?' }, () => 1)
      .task('announce', { needs: ['deploy'] }, () => 1)
    const answered = summed(declined, undefined, (run) => {
      if (run.view().tasks.get('deploy')?.questions.length === 1) run.answer('deploy', 'no')
    })
    expect(await answered).toEqual([
      'deploy was not to start: the answer was no',
      '  skipped because of it: announce',
      expect.stringMatching(/^release completed after .*: 2 skipped$/),
    ])
  })

  it.each([
    ['wrong branch', 'deploy was killed: wrong branch'],
    [undefined, 'deploy was killed'],
  ])('says once that a task was killed with the reason %s', async (reason, line) => {
    const killed = dag('release')
      .task('deploy', { confirm: 'Deploy?' }, () => 1)
      .task('announce', { needs: ['deploy'] }, () => 1)
    const lines = await summed(killed, undefined, (run) => {
      if (run.view().tasks.get('deploy')?.outcome !== undefined) return
      void run.kill('deploy', reason === undefined ? {} : { reason })
    })
    expect(lines).toEqual([
      line,
      '  skipped because of it: announce',
      expect.stringMatching(/^release failed after .*: 1 killed, 1 skipped$/),
    ])
  })

  it('keeps what failed apart from what was skipped because of it', async () => {
    const failing = dag('failing')
      .task('lint', { onFailure: 'ignore' }, breaks)
      .task('fetch', { retry: { maxAttempts: 2, backoff: { base: 1_000 } } }, () => {
        throw new Error('no route')
      })
      .task('use', { needs: ['fetch'] }, () => 1)
      .task('show', { needs: ['use'] }, () => 1)
    expect(await summed(failing)).toEqual([
      'fetch failed (dead letter after 2 attempts): no route',
      '  skipped because of it: use, show',
      'failed, which is ignored: lint',
      'failing failed after 1.0 s: 2 failed, 2 skipped',
    ])
  })

  it('shows the last lines of ten failed tasks, and names the rest', async () => {
    const tasks = Array.from({ length: 25 }, (_, index) => [`t${index}`, { run: breaks }] as const)
    const many = { name: 'many', plan: () => plan({ name: 'many', tasks }) }
    const lines = await summed(many)
    expect(lines).toHaveLength(12)
    expect(lines.slice(-2)).toEqual([
      'and 15 more failed: t10, t11, t12, t13, t14, t15, t16, t17 and 7 more',
      'many failed after < 1 ms: 25 failed',
    ])
  })
})
