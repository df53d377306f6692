import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'

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

export interface ClaimingProcess {
  readonly pid: number
  readonly said: readonly string[]
  /** Lets it begin, or go on. */
  readonly go: () => void
  /** Resolves with the first line that begins so, said already or not, and after so many others that do. */
  readonly saying: (begin: string, before?: number) => Promise<string>
  readonly signal: (name: NodeJS.Signals) => void
  readonly ended: Promise<unknown>
}

/** Starts a process that is ready to begin. It is ended with the test. */
export async function claimingProcess(
  driver: string,
  path: string,
  verb: 'work' | 'claim',
  { tasks = 0, ms = 0 }: { readonly tasks?: number; readonly ms?: number } = {},
): Promise<ClaimingProcess> {
  const given = [dirname(builtDagmar()), driver, path, verb, String(tasks), String(ms)]
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script, ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const said: string[] = []
  const waiting = new Set<() => void>()
  const ended = once(child, 'close')
  createInterface({ input: child.stdout! }).on('line', (line) => {
    said.push(line)
    for (const look of waiting) look()
  })
  const saying = (begin: string, before = 0): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = said.filter((one) => one.startsWith(begin))[before]
        if (line === undefined) return
        waiting.delete(look)
        resolve(line)
      }
      waiting.add(look)
      void ended.then(() =>
        reject(new Error(`it ended without '${begin}', after ${said.slice(-3).join(', ')}`)),
      )
      look()
    })
  await saying('up')
  const go = (): void => void child.stdin!.write('go\n')
  return { pid: child.pid!, said, go, saying, signal: (name) => child.kill(name), ended }
}
