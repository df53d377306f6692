// Shows a run in the inspector's page: its dag, its timeline, and a machine at work inside one of its tasks.
// Prints the page's address and how the run ended. With --stay it is slow, and stays until Ctrl-C.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRuntime, dag, type HandlerContext, logic } from 'dagmar'
import { inspect } from 'dagmar/inspector'
import { setup } from 'xstate'

const isStaying = process.argv.includes('--stay')
const pace = isStaying ? 1_500 : 5

const work =
  (steps: number) =>
  async ({ log, progress }: Pick<HandlerContext, 'log' | 'progress'>) => {
    for (let step = 1; step <= steps; step++) {
      await sleep(pace)
      log(`step ${step} of ${steps}`)
      progress((100 * step) / steps)
    }
  }

// In the page, `approve` and `reject` can be sent to it while it waits. Nobody there: it is approved after a while.
const review = setup({
  types: {} as { events: { type: 'approve' } | { type: 'reject' } },
  delays: { patience: pace * 20 },
}).createMachine({
  id: 'review',
  initial: 'waiting',
  states: {
    waiting: {
      on: { approve: 'approved', reject: 'rejected' },
      after: { patience: 'approved' },
    },
    approved: { type: 'final' },
    rejected: { type: 'final' },
  },
})

const release = dag('release')
  .task('install', work(2))
  .task('build', { needs: ['install'] }, work(4))
  .task('lint', { needs: ['install'], onFailure: 'ignore' }, async () => {
    throw new Error('two spaces, not four')
  })
  .task('test', { needs: ['build'], retry: { maxAttempts: 2, backoff: { base: pace } } }, async (context) => {
    await work(3)(context)
    if (context.attempt === 1) throw new Error('the database was not up yet')
  })
  .task('review', { needs: ['build', 'lint'] }, logic(review))
  .task('publish', { needs: ['test', 'review'] }, work(2))

const runtime = createRuntime()
const inspector = await inspect(runtime, { control: isStaying, keepAlive: isStaying })
console.log(`Open ${inspector.url}`)

const { status, counts } = await runtime.dispatch(release).result
console.log(`The run ${status}: ${counts.completed} tasks completed, ${counts.failed} failed.`)
if (!isStaying) await inspector.close()
