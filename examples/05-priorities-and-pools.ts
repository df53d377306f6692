// Shows what decides the order of ready tasks: slots, priorities, and pools that some of them share.
// Prints why each task waits while the first ones run, then when each of them started.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRuntime, dag } from 'dagmar'

const bake = () => sleep(60, 'golden')
const mix = () => sleep(30, 'smooth')

// Three tasks at once, but the kitchen has a single oven.
const kitchen = dag('kitchen', { concurrency: 3, pools: { oven: 1 } })
  .task('bread', { uses: { oven: 1 }, priority: 'high' }, bake)
  .task('cake', { uses: { oven: 1 } }, bake)
  .task('salad', { priority: 'low' }, mix)
  .task('soup', mix)
  .task('sauce', mix)
  .task('candles', { needs: ['cake'] }, () => 'lit')

const run = createRuntime().dispatch(kitchen)
const starts: string[] = []
let startedAt = 0
run.events$.subscribe((fact) => {
  if (fact.type === 'run.started') startedAt = fact.at
  if (fact.type === 'task.started') starts.push(`${bar(fact.at - startedAt)} ${fact.taskId}`)
})

await sleep(10)
for (const { id, status } of run.view().tasks.values()) {
  // `waitsFor` says the same as data.
  if (status === 'ready' || status === 'pending') console.log(run.why(id).sentence)
}

await run.result
console.log(`\nStarts, one dot for 10 ms:\n${starts.join('\n')}`)

function bar(ms: number): string {
  return '·'.repeat(Math.round(ms / 10)).padEnd(16)
}
