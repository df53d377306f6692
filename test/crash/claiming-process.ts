import { type SpeakingProcess, speakingProcess } from '../stores/speaking-process.ts'

/**
 * What another process does with claims. `work`: it does a run whose id others have too, and says of each task when it
 * begins, when it is completed, and when somebody else has completed it. `claim`: it claims a key, and says on each line that
 * it is sent whether the claim still counts; then it releases it, as if its task were completed.
 */
const script = `
const [dist, driver, path, verb, tasks, ms] = process.argv.slice(1)
const { createRuntime, dag } = await import(dist + '/index.js')
const { agents } = await import(dist + '/agents.js')
const { sqliteClaims } = await import(dist + '/sqlite.js')
const claims = sqliteClaims(path, { driver })
const say = (line) => process.stdout.write(line + '\\n')
say('up')
await new Promise((resolve) => process.stdin.once('data', resolve))
if (verb === 'claim') {
  const owner = { id: 'of ' + process.pid }
  const claimed = await claims.claim({ key: 'run/a', runId: 'run', taskId: 'a', attempt: 1, agentId: 'ada', owner })
  say('fence ' + claimed.fence)
  process.stdin.on('data', async () => {
    say('holds ' + (await claims.holds(claimed)))
    await claims.release(claimed, 'completed')
    say('released')
  })
} else {
  const list = [{ id: 'ada', maxLoad: 8 }]
  const runtime = createRuntime({ agents: agents({ list, claims, dispatch: { maxAttempts: 3 } }) })
  const shared = Array.from({ length: Number(tasks) }, (_, index) => 't' + index).reduce(
    (built, id) =>
      built.task(id, { agent: 'ada' }, async () => {
        say('began ' + id)
        await new Promise((resolve) => setTimeout(resolve, Number(ms)))
      }),
    dag('shared'),
  )
  const run = runtime.dispatch(shared, { id: 'shared' })
  run.events$.subscribe((fact) => {
    if (fact.type === 'task.completed') say('completed ' + fact.taskId)
    if (fact.type === 'dispatch.claim-failed' && fact.ended !== undefined) say('knows ' + fact.taskId + ' ' + fact.ended)
    if (fact.type === 'dispatch.claim-failed' && fact.ended === undefined) say('waits ' + fact.taskId + ' ' + fact.why)
  })
  await run.result
  say('done')
  process.exit()
}
`

/** Starts a process that is ready to begin. It is ended with the test. */
export function claimingProcess(
  driver: string,
  path: string,
  verb: 'work' | 'claim',
  { tasks = 0, ms = 0 }: { readonly tasks?: number; readonly ms?: number } = {},
): Promise<SpeakingProcess> {
  return speakingProcess(script, [driver, path, verb, String(tasks), String(ms)])
}
