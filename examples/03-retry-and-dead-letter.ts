// Shows what follows a failed attempt: another one after a backoff, one at a time of its own choice, or none.
// Prints each attempt's failure, the dead letter that is left in the end, and how a redrive saves it.
import { createRuntime, dag, RetryAfterError, TerminalError } from 'dagmar'

let isPostOpen = false

const mail = dag('mail', { defaults: { retry: { maxAttempts: 3, backoff: { base: '20ms', factor: 2 } } } })
  .task('stamps', ({ attempt }) => {
    // An ordinary error: the next attempt comes after 20 ms, the one after that 40 ms later.
    if (attempt < 3) throw new Error('the printer is jammed')
    return 3
  })
  .task('weather', ({ attempt }) => {
    if (attempt === 1) throw new RetryAfterError('50ms', 'too many questions')
    return 'sunny'
  })
  .task('address', () => {
    throw new TerminalError('nobody of this name lives there')
  })
  .task('post', { needs: ['stamps'] }, () => {
    if (!isPostOpen) throw new Error('the post office is closed')
    return 'sent'
  })
  .task('celebrate', { needs: ['post'] }, () => 'hooray')

const run = createRuntime().dispatch(mail)

run.events$.subscribe((fact) => {
  if (fact.type === 'task.retrying') {
    const waitMs = Math.round((fact.until - fact.at) / 10) * 10
    console.log(`${fact.taskId} #${fact.attempt}: ${fact.failure.message}; again in ${waitMs} ms`)
  }
  if (fact.type === 'task.failed')
    console.log(`${fact.taskId} #${fact.attempt}: ${fact.failure.message}; given up`)
  if (fact.type === 'task.completed') console.log(`${fact.taskId} #${fact.attempt}: completed`)
})

const result = await run.result
// `address` is no dead letter: it forbade the attempts that were left.
console.log(`\n${result.status}; dead letters: ${result.deadLetters.join(', ')}`)

isPostOpen = true
const second = await run.redrive('post')
console.log(`\nafter the redrive: post ${second.outputs.post}, ${second.outputs.celebrate}`)
console.log(`still failed: ${second.rootCauses.map(({ taskId }) => taskId).join(', ')}`)
