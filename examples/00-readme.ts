// Shows the code of the README, as it stands there.
// Prints each fact of a run that fails once, waits, succeeds, and then says what came of it.
import { createRuntime, dag, TerminalError } from 'dagmar'

const release = dag('release')
  .task('build', async () => ({ bundle: 'app.js', bytes: 48_211 }))
  .task(
    'test',
    { needs: ['build'], retry: { maxAttempts: 3, backoff: { base: 50 } } },
    async ({ inputs, attempt }) => {
      if (attempt === 1) throw new Error('the database was not up yet')
      return `${inputs.build.bundle} is fine`
    },
  )
  .task('lint', { onFailure: 'ignore' }, async () => {
    throw new TerminalError('two spaces, not four')
  })
  .task(
    'deploy',
    { needs: ['test', 'lint'], priority: 'high', timeout: '10m' },
    async ({ inputs }) => `deployed: ${inputs.test}`,
  )

const runtime = createRuntime({ concurrency: 8 })
const run = runtime.dispatch(release)
run.events$.subscribe((fact) => console.log(fact.type, fact.taskId ?? ''))

const result = await run.result
console.log(result.status, result.outputs.deploy)
console.log(run.why('lint').sentence)
