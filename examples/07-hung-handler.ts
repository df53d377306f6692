// Shows a handler that hangs: it is shown as stalled, explained, and killed, and the run goes on without it.
// Prints what why() says before and after, the task's story() in milliseconds, and how the run ended.
import { createRuntime, dag } from 'dagmar'
import { filter, firstValueFrom } from 'rxjs'

const backup = dag('backup')
  // Silent for 150 ms is stalled. Another 5 s of it would end the attempt by itself: we shall be faster.
  .task('copy', { stall: { after: '150ms', grace: '5s' }, killGrace: '100ms' }, async (context) => {
    context.progress(40, 'copying')
    // Nothing comes of this any more, and the handler does not look at its `signal` either.
    await new Promise(() => {})
  })
  .task('verify', { needs: ['copy'] }, () => 'verified')
  .task('tell', { needs: ['verify'], when: 'all-settled' }, () => 'the owner was told')

const run = createRuntime().dispatch(backup)

await firstValueFrom(run.events$.pipe(filter((fact) => fact.type === 'task.stalled')))
console.log(run.why('copy').sentence)
console.log(run.why('verify').sentence)

const killed = run.kill('copy', { reason: 'silent for too long' })
console.log(run.why('copy').sentence)
await killed
console.log(run.why('copy').sentence)

const result = await run.result
const story = run.story('copy')
console.log('\nThe story of copy:')
for (const { type, at } of story) console.log(`  ${String(at - story[0]!.at).padStart(4)} ms  ${type}`)

console.log(`\nThe run ${result.status}, but ${result.outputs.tell}.`)
// A function in this process cannot be ended by force: its slot is free, but it may still be there.
console.log(`Abandoned: ${result.abandoned.join(', ')}.`)
