import { createRuntime, plan } from '../../../src/index.ts'
import { timed, type Took } from './stopwatch.ts'

export interface KillCell {
  readonly size: number
  readonly rounds: number
}

/** Microseconds a task. */
export interface Kill {
  readonly size: number
  readonly dagmar: readonly Took[]
  /** As many signals aborted by hand, to the last handler's rejection: what the platform alone takes. */
  readonly bare: readonly Took[]
}

/**
 * From `run.kill()` to the result, with every task live: its handler pending, and listening to its signal, as one does
 * that has something to end.
 */
export async function measureKill({ size, rounds }: KillCell): Promise<Kill> {
  const took = { dagmar: [] as Took[], bare: [] as Took[] }
  // Compiles the code, at a size that takes no time.
  for (const kill of [killBare, killRun]) await kill(2_000)
  for (let round = 0; round < rounds; round++) {
    took.bare.push(await killBare(size))
    took.dagmar.push(await killRun(size))
  }
  const perTask = ({ cpuUs, wallUs }: Took): Took => ({ cpuUs: cpuUs / size, wallUs: wallUs / size })
  return { size, dagmar: took.dagmar.map(perTask), bare: took.bare.map(perTask) }
}

function listening(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

async function killRun(size: number): Promise<Took> {
  let started = 0
  let allLive: () => void = () => undefined
  const live = new Promise<void>((resolve) => {
    allLive = resolve
  })
  const handler = ({ signal }: { readonly signal: AbortSignal }): Promise<never> => {
    if (++started === size) allLive()
    return listening(signal)
  }
  const runtime = createRuntime({ concurrency: Number.POSITIVE_INFINITY })
  const tasks = Array.from({ length: size }, (_, task) => [`t${task}`, { run: handler }] as const)
  const run = runtime.dispatch(plan({ name: 'wide', tasks }))
  await live
  const took = await timed(async () => {
    await run.kill()
    await run.result
  })
  const { counts } = await run.result
  if (counts.killed !== size) throw new Error(`${counts.killed} of ${size} tasks were killed.`)
  return took
}

async function killBare(size: number): Promise<Took> {
  const controllers = Array.from({ length: size }, () => new AbortController())
  let ended = 0
  const handlers = controllers.map(({ signal }) => listening(signal).catch(() => ended++))
  const took = await timed(async () => {
    for (const controller of controllers) controller.abort()
    await Promise.all(handlers)
  })
  if (ended !== size) throw new Error(`${ended} of ${size} handlers ended.`)
  return took
}
