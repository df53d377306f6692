// Shows when a task starts although others failed (`when`), and what a failure does to the rest (`onFailure`).
// Prints how each task settled, then the root causes apart from their consequences.
import { createRuntime, dag } from 'dagmar'

const release = dag('release')
  .task('build', () => 'bundle.js')
  // A spelling mistake stops nobody: in every rule it counts as completed, only its output is missing.
  .task('spelling', { needs: ['build'], onFailure: 'ignore' }, () => {
    throw new Error("'recieve' is misspelt")
  })
  .task('test', { needs: ['build'] }, () => {
    throw new Error('2 of 340 tests failed')
  })
  .task('sign', { needs: ['build', 'spelling'] }, ({ inputs }) => {
    // The compiler knows that `inputs.spelling` may be missing.
    return `${inputs.build} signed, ${inputs.spelling ?? 'unread'}`
  })
  .task('publish', { needs: ['sign', 'test'] }, () => 'published')
  .task('announce', { needs: ['publish'] }, () => 'announced')
  .task('alarm', { needs: ['test', 'publish'], when: 'any-failed' }, () => 'the team knows')
  // A rule of one's own sees how each dependency settled.
  .task(
    'clean',
    { needs: ['sign', 'publish'], when: ({ sign }) => sign?.status === 'completed' },
    () => 'tidy',
  )
  .task('report', { needs: ['announce', 'alarm'], when: 'all-settled' }, () => 'filed')

const result = await createRuntime().dispatch(release).result

for (const [taskId, outcome] of Object.entries(result.outcomes)) {
  const output = outcome.status === 'completed' ? String(outcome.output) : ''
  console.log(`${taskId.padEnd(10)} ${outcome.status.padEnd(10)} ${output}`)
}

console.log(`\nThe run ${result.status}. It went wrong here:`)
for (const { taskId, failure } of result.rootCauses) {
  console.log(`  ${taskId}: ${failure.message}`)
}
console.log('and this followed from it:')
for (const { taskId, because, causedBy } of result.consequences) {
  console.log(`  ${taskId} was skipped: ${because}, ${causedBy}`)
}
