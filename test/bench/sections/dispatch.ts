import { createRuntime } from '../../../src/index.ts'
import { planOf } from '../contenders/dagmar.ts'
import { makeGraph } from '../graphs.ts'
import { median } from '../statistics.ts'
import { collectGarbage } from './stopwatch.ts'

export interface DispatchCell {
  readonly size: number
  readonly rounds: number
}

/** Microseconds, medians. */
export interface Dispatch {
  readonly size: number
  /** Of `plan()`, from a list of tasks. */
  readonly planUs: number
  /** Of the call of `dispatch`, which returns before anything of the run happens. */
  readonly dispatchUs: number
  /** From that call to the first line of the first body. */
  readonly firstBodyUs: number
}

export async function measureDispatch({ size, rounds }: DispatchCell): Promise<Dispatch> {
  const graph = makeGraph('layered', size)
  const runtime = createRuntime({ concurrency: Number.POSITIVE_INFINITY })
  let firstAt: number | undefined
  const body = async (): Promise<void> => {
    firstAt ??= performance.now()
  }
  const samples: { readonly planned: number; readonly dispatched: number; readonly first: number }[] = []
  for (let round = 0; round < rounds + 3; round++) {
    await collectGarbage(1)
    const from = performance.now()
    const planned = planOf({ ...graph, body })
    const plannedAt = performance.now()
    await collectGarbage(1)
    firstAt = undefined
    const calledAt = performance.now()
    const run = runtime.dispatch(planned)
    const returnedAt = performance.now()
    await run.result
    samples.push({
      planned: plannedAt - from,
      dispatched: returnedAt - calledAt,
      first: (firstAt ?? Number.NaN) - calledAt,
    })
  }
  const counted = samples.slice(3)
  const us = (part: 'planned' | 'dispatched' | 'first') =>
    median(counted.map((sample) => sample[part])) * 1_000
  return { size, planUs: us('planned'), dispatchUs: us('dispatched'), firstBodyUs: us('first') }
}
