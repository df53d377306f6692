// Shows a dag of three tasks: two may run at once, the third waits for both and gets what they returned.
// Prints every fact of the run as it happens, then the output of the last task.
import { createRuntime, dag } from 'dagmar'

const breakfast = dag('breakfast')
  .task('kettle', async () => 'tea')
  .task('toaster', async () => 'toast')
  .task('table', { needs: ['kettle', 'toaster'] }, ({ inputs }) => `${inputs.toaster} and ${inputs.kettle}`)

const runtime = createRuntime()
const run = runtime.dispatch(breakfast)

run.events$.subscribe((fact) => {
  console.log(fact.type.padEnd(16), fact.taskId ?? '')
})

const result = await run.result
console.log(`\nThe run ${result.status}. On the table: ${result.outputs.table}.`)
