import { createRuntime, plan, type Plan, type RunHandle, type RuntimeOptions } from '../../../src/index.ts'
import type { Contender, Prepared, Workload } from '../workload.ts'

/** As a program uses it that has its dag as data: `plan()`, then a run of a runtime, with `result` checked. */
export function dagmar(options: RuntimeOptions = {}, subscribers = 0): Contender {
  return { prepare: (workload) => prepareDag(workload, options, subscribers) }
}

/** The peers have no limit unless told one, and so has dagmar here unless `options` has another. */
export function prepareDag(workload: Workload, options: RuntimeOptions = {}, subscribers = 0): Prepared {
  const runtime = createRuntime({ concurrency: Number.POSITIVE_INFINITY, ...options })
  const planned = planOf(workload)
  const size = workload.needs.length
  let told = 0
  const dispatch = (): RunHandle => {
    const run = runtime.dispatch(planned)
    for (let left = subscribers; left > 0; left--) run.events$.subscribe(() => told++)
    return run
  }
  const run = async (): Promise<void> => {
    told = 0
    const { counts } = await dispatch().result
    if (counts.completed !== size) throw new Error(`${counts.completed} of ${size} tasks completed.`)
    if (told < subscribers * size) throw new Error(`${subscribers} subscribers were told of ${told} facts.`)
  }
  const begin: Prepared['begin'] = () => {
    const handle = dispatch()
    return { handle, ended: handle.result }
  }
  return { run, begin }
}

/** A list of pairs is the cheapest way into `plan()` for ids that come from elsewhere. */
export function planOf({ shape, needs, body }: Workload): Plan {
  return plan({
    name: shape,
    tasks: needs.map(
      (from, task) => [`t${task}`, { needs: from.map((need) => `t${need}`), run: () => body(task) }] as const,
    ),
  })
}
