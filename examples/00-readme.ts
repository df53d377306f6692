// Shows the code of the README, as it stands there.
// Prints each fact of a run that fails once, waits, succeeds, and then says what came of it.
import { createRuntime, dag } from 'dagmar'

const retry = { maxAttempts: 3, backoff: { base: '50ms' } }

const release = dag('release')
  .task('build', async () => ({ bundle: 'app.js' }))
  .task('test', { needs: ['build'], retry }, async ({ inputs, attempt }) => {
    if (attempt === 1) throw new Error('the database was not up yet')
    return `${inputs.build.bundle} is fine`
  })
  .task('lint', { onFailure: 'ignore' }, async () => {
    throw new Error('two spaces, not four')
  })
  .task(
    'deploy',
    { needs: ['test', 'lint'], timeout: '10m' },
    async ({ inputs }) => `deployed: ${inputs.test}`,
  )

const run = createRuntime({ concurrency: 8 }).dispatch(release)
run.events$.subscribe((fact) => console.log(fact.type, fact.taskId ?? ''))

const result = await run.result
console.log(result.status, result.outputs.deploy)
console.log(run.why('lint').sentence)
