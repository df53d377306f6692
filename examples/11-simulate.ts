// Shows how long a dag will take before it runs: in virtual time, by rough estimates, and by an earlier run.
// Prints a timeline, what bounds it, how many slots are worth it, and the same with what the tasks really took.
import { createRuntime, dag, type Fact } from 'dagmar'
import { estimatesFrom, simulate, sweep, withEstimates } from 'dagmar/simulation'

const work = () => new Promise<void>((resolve) => setTimeout(resolve, 5))

const release = dag('release', { concurrency: 2, pools: { browser: 1 } })
  .task('build', { estimate: '2m' }, work)
  .task('lint', { estimate: '1m' }, work)
  .task('unit', { needs: ['build'], estimate: '4m' }, work)
  .task('chrome', { needs: ['build'], estimate: '6m', uses: { browser: 1 } }, work)
  .task('firefox', { needs: ['build'], estimate: '5m', uses: { browser: 1 } }, work)
  .task('deploy', { needs: ['lint', 'unit', 'chrome', 'firefox'], estimate: '1m' }, work)

const minutes = (ms: number): string => `${(ms / 60_000).toFixed(1)} min`

const simulation = await simulate(release)
for (const { id, startAt, endAt } of simulation.tasks) {
  const bar = ' '.repeat(startAt / 30_000) + '█'.repeat((endAt - startAt) / 30_000)
  console.log(`${id.padEnd(8)}${bar}`)
}
console.log(`${minutes(simulation.makespanMs)}. ${simulation.sentence}`)

// Estimates are rough: a hundred runs, each by a seed of its own.
const makespans: number[] = []
for (let seed = 1; seed <= 100; seed++) {
  const durations = { kind: 'lognormal', spread: 0.3 } as const
  makespans.push((await simulate(release, { seed, durations })).makespanMs)
}
makespans.sort((a, b) => a - b)
console.log(`with rough estimates: ${minutes(makespans[50]!)} as a rule, ${minutes(makespans[95]!)} at worst`)

const { knee } = await sweep(release, { concurrency: [1, 2, 3, 4], pools: { browser: 2 } })
if (knee !== undefined) {
  console.log(`with a second browser: ${knee.concurrency} slots will do, ${minutes(knee.makespanMs)}`)
}

// What the tasks really took is what the next simulation, and the next run's order, can go by.
const facts: Fact[] = []
const run = createRuntime().dispatch(release)
run.events$.subscribe((fact) => facts.push(fact))
await run.result
const learned = await simulate(withEstimates(release, estimatesFrom(facts)))
console.log(`by what it took: less than a second, ${learned.makespanMs < 1_000}`)
