import { createRuntime, plan } from '../../../src/index.ts'
import { timed, type Took } from './stopwatch.ts'

export interface RunsCell {
  readonly counts: readonly number[]
  readonly rounds: number
}

/** Of so many runs at once, CPU time a task of each round. */
export interface Runs {
  readonly runs: number
  readonly cpuUs: readonly number[]
}

/** As many runs in one runtime as `counts` says, each of three tasks that do nothing, with eight slots for all. */
export async function measureRuns({ counts, rounds }: RunsCell): Promise<readonly Runs[]> {
  const found = counts.map((runs) => ({ runs, cpuUs: [] as number[] }))
  // Compiles the code: the first thousands of runs take several times as long.
  for (let left = 10; left > 0; left--) await allAtOnce(1_000)
  for (let round = 0; round < rounds; round++) {
    for (const { runs, cpuUs } of found) {
      // As many tasks in each measurement, so that one of few runs is no shorter than the clock can tell.
      const times = Math.max(1, Math.floor(Math.max(...counts) / runs / 10))
      const took: Took[] = []
      for (let left = times; left > 0; left--) took.push(await allAtOnce(runs))
      cpuUs.push(took.reduce((sum, one) => sum + one.cpuUs, 0) / (times * runs * 3))
    }
  }
  return found
}

async function allAtOnce(runs: number): Promise<Took> {
  const runtime = createRuntime({ concurrency: 8 })
  const run = async (): Promise<void> => undefined
  const three = plan({
    name: 'three',
    tasks: { a: { run }, b: { needs: ['a'], run }, c: { needs: ['b'], run } },
  })
  const took = await timed(async () => {
    const results = await Promise.all(Array.from({ length: runs }, () => runtime.dispatch(three).result))
    if (results.some(({ counts }) => counts.completed !== 3)) throw new Error('A run did not complete.')
  })
  await runtime.shutdown()
  return took
}
