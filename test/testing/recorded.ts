import { createRuntime, dag, isRunFact, type RunFact, SimulatedClock } from '../../src/index.ts'

/** `a`, then `b` (which fails once) and `c` beside each other, then `d`; `e` waits for nothing. */
export const recorded = dag('recorded', { concurrency: 2, pools: { gpu: 1 } })
  .task('a', async () => 'a')
  .task(
    'b',
    { needs: ['a'], retry: { maxAttempts: 2, backoff: { base: 50 } }, uses: { gpu: 1 } },
    async ({ attempt }) => {
      if (attempt === 1) throw new Error('not yet')
      return 'b'
    },
  )
  .task('c', { needs: ['a'], uses: { gpu: 1 } }, async () => 'c')
  .task('d', { needs: ['b', 'c'] }, async () => 'd')
  .task('e', async () => 'e')

/** The facts of a run of it. */
export async function recordedFacts(): Promise<readonly RunFact[]> {
  const clock = new SimulatedClock(5_000)
  const run = createRuntime({ clock }).dispatch(recorded, { id: 'run' })
  const facts: RunFact[] = []
  run.events$.subscribe((fact) => {
    if (isRunFact(fact)) facts.push(fact)
  })
  await clock.advanceAsync(1_000)
  await run.result
  return facts
}
