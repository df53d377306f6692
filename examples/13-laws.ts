// Shows laws over a dag of one's own, whatever goes wrong in it, and a test that looks into one run.
// Prints what node:test says of them, and the story of a task that was tried twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime, dag } from 'dagmar'
import { anyFaults, anySchedule, checkInvariants, law, rehearse, trace } from 'dagmar/testing'
import fc from 'fast-check'

const release = dag('release', { concurrency: 2 })
  .task('build', async () => 'app.js')
  .task('lint', { onFailure: 'ignore' }, async () => 'clean')
  .task(
    'test',
    { needs: ['build'], timeout: '5m', retry: { maxAttempts: 2, backoff: { base: 20 } } },
    async ({ attempt, inputs }) => {
      if (attempt === 1) throw new Error('the database was not up yet')
      return `${inputs.build} is fine`
    },
  )
  .task('deploy', { needs: ['test', 'lint'] }, async ({ inputs }) => `deployed: ${inputs.test}`)

// What may go wrong, and how long tasks take. Handlers are not called: `rehearse` scripts them, in simulated time.
const anyRun = fc.record({ faults: anyFaults(release), schedule: anySchedule(release) })

law('whatever goes wrong, the guarantees hold', anyRun, async (given) => {
  const { facts } = await rehearse(release, given)
  return checkInvariants(facts, release, { ended: true })
})

law(
  'nothing untested is deployed',
  anyRun,
  async (given) => {
    const { result } = await rehearse(release, given)
    const { test: tested, deploy } = result.outcomes
    return deploy?.status !== 'completed' || tested?.status === 'completed'
  },
  { runs: 200 },
)

await test('a test that fails once is tried again, while nothing else waits for it', async () => {
  const run = createRuntime().dispatch(release)
  await run.result
  const { attempts, order, overlap, story } = trace(run)
  assert.deepEqual(order, ['build', 'lint', 'test', 'deploy'])
  assert.deepEqual(
    attempts('test').map(({ end }) => end),
    ['retrying', 'completed'],
  )
  assert.ok(overlap('build', 'lint'))
  console.log(story('test').join('\n'))
})
