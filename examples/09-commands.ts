// Shows commands as tasks of a dag written in TypeScript: their output is the next task's input.
// Prints each line that a command writes, the parsed output of one, and how a failed one says why.
import { command, createRuntime, dag } from 'dagmar'

const survey = dag('survey')
  // A file and its arguments, without a shell. The last line is JSON, so that is the output.
  .task('node', command('node', ['-p', 'JSON.stringify({ version: process.version, os: process.platform })']))
  // A line for /bin/sh. It finds the outputs of its dependencies in DAGMAR_INPUTS.
  .task('files', { needs: ['node'] }, command('echo "looking around"; ls | wc -l'))
  .task('sum', { needs: ['node', 'files'] }, ({ inputs }) => {
    const { version } = inputs.node as { version: string }
    return `Node ${version}, ${String(inputs.files).split('\n').at(-1)?.trim()} files here`
  })
  .task('broken', { onFailure: 'ignore' }, command('echo "one"; echo "two"; exit 3'))

const run = createRuntime().dispatch(survey)
run.events$.subscribe((fact) => {
  if (fact.type === 'task.output') console.log(fact.text.replaceAll(/^/gm, `${fact.taskId} | `))
})

const { outputs, outcomes } = await run.result
console.log(outputs.sum)
if (outcomes['broken']?.status === 'failed') {
  const { failure } = outcomes['broken']
  console.log(`broken: ${failure.message} Its last lines: ${failure.output?.join(', ')}`)
}
