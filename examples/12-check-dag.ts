// Shows checkDag: what every single fault does to a dag, and which promise of yours some of them break.
// Prints the report on a dag that is carelessly made, then the first line of that on the same dag made well.
import { dag } from 'dagmar'
import { checkDag } from 'dagmar/testing'

const careless = dag('release')
  .task('build', { timeout: '10m' }, () => 'bundle.js')
  // Somebody got used to a red test: whatever waits for it goes on without.
  .task('test', { timeout: '10m', onFailure: 'ignore' }, () => 'green')
  // Nobody thought of a server that does not answer.
  .task('deploy', { needs: ['build', 'test'] }, () => 'deployed')
  .task('alarm', { needs: ['test'], when: 'any-failed', timeout: '1m' }, () => 'the team knows')

const sound = dag('release', { timeout: '2h', defaults: { timeout: '10m' } })
  .task('build', () => 'bundle.js')
  .task('test', { needs: ['build'] }, () => 'green')
  .task('deploy', { needs: ['build', 'test'] }, () => 'deployed')
  .task('alarm', { needs: ['test', 'deploy'], when: 'any-failed' }, () => 'the team knows')

// No handler is called: the runtime is the real one, its tasks are scripted, and hours pass in milliseconds.
const options = {
  seed: 1,
  promises: {
    'nothing untested is deployed': ({ outcomes }) =>
      outcomes['deploy']?.status !== 'completed' || outcomes['test']?.status === 'completed',
  },
} satisfies Parameters<typeof checkDag>[1]

const report = await checkDag(careless, options)
console.log(report.toString())
console.log()
console.log((await checkDag(sound, options)).toString().split('\n')[0])
