/*
 * A program that makes some runs in a store, one after the other, and notes in a file what it has begun to do, which it
 * does only once that is safe. Big outputs have SQLite move its log into the database now and then. Of claims it notes
 * those that it was given, and that their tasks have ended.
 */
import { appendFileSync } from 'node:fs'

const { DIST, STORE, PATH_OF_STORE, NOTES, RUNS } = process.env
const { createRuntime, plan } = await import(`${DIST}/index.js`)
const note = (what) => appendFileSync(NOTES, `${what}\n`)
if (STORE === 'claims') {
  claimAll((await import(`${DIST}/sqlite.js`)).sqliteClaims(PATH_OF_STORE))
  process.exit()
}
const store = (await import(`${DIST}/${STORE}.js`))[STORE](PATH_OF_STORE)

const work = async ({ runId, taskId }) => {
  note(`${runId} ${taskId}`)
  return 'x'.repeat(300_000)
}
const dag = plan({
  name: 'noted',
  tasks: {
    first: { run: work },
    second: { run: work, needs: ['first'] },
    third: { run: work, needs: ['second'] },
  },
})
const runtime = createRuntime({ store })
for (let number = 0; number < Number(RUNS); number++) {
  const run = runtime.dispatch(dag, { id: `run-${number}`, idempotencyKey: `key ${number}` })
  await run.result
  note(`${run.id} settled`)
}
// A run that somebody opens, and goes on with.
const failing = plan({
  name: 'failing',
  tasks: { fails: { run: async (context) => (await work(context)) && Promise.reject(new Error('no')) } },
})
await runtime.dispatch(failing, { id: 'run-f', idempotencyKey: 'f' }).result
const opened = await createRuntime({ store }).recover('run-f', { dag: failing })
await opened.redrive()
// A run that somebody opens, and does no more about, while others are written.
await createRuntime({ store }).recover('run-0', { dag })
const last = runtime.dispatch(dag, { id: 'run-last', idempotencyKey: 'last' })
await last.result
note('run-last settled')
await runtime.shutdown()
await store.close()
note('closed')

function claimAll(claims) {
  for (let number = 0; number < Number(RUNS); number++) {
    const about = { runId: 'run', taskId: `task-${number}`, attempt: 1, agentId: 'ada' }
    const claimed = claims.claim({ key: `run/task-${number}`, ...about, owner: { id: 'first' } })
    note(`task-${number} ${claimed.fence}`)
    claims.release(claimed, 'completed')
    note(`task-${number} ended`)
  }
  claims.close()
  note('closed')
}
