import { type AnyDag, createRuntime, dag, type Fact, plan, SimulatedClock, TerminalError } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { painter } from '../../src/cli/screen/colours.ts'
import { RunProgress } from '../../src/cli/view/run-progress.ts'
import { summaryLines } from '../../src/cli/view/summary.ts'

const clocks: SimulatedClock[] = []

/** Runs the dag on a simulated clock and sums it up. */
async function summed(source: AnyDag, logDir?: string): Promise<string[]> {
  const clock = new SimulatedClock(1_000)
  clocks.push(clock)
  const runtime = createRuntime({ clock, concurrency: 20 })
  const plan = source.plan()
  const progress = new RunProgress(plan)
  const run = runtime.dispatch(plan, { id: 'r' })
  run.events$.subscribe((fact: Fact) => progress.apply(fact))
  await clock.advanceAsync(3_600_000)
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
