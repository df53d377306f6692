import { entryOf, type ContenderName } from '../contenders/registry.ts'
import { makeGraph } from '../graphs.ts'
import { quantile } from '../statistics.ts'
import { collectGarbage } from './stopwatch.ts'

export interface LatencyCell {
  readonly contender: ContenderName
  /** Tasks of the chain. */
  readonly size: number
  readonly rounds: number
}

/** Microseconds from the last line of a task's body to the first line of its dependent's. */
export interface Latency {
  readonly contender: ContenderName
  readonly size: number
  readonly p50: number
  readonly p99: number
}

/** Hand-overs in a chain, in an event loop that has nothing else to do. The first runs are not counted. */
export async function measureLatency({ contender, size, rounds }: LatencyCell): Promise<Latency> {
  const warmUps = 2
  const loaded = await entryOf(contender).load()
  const gaps = new Float64Array((warmUps + rounds) * (size - 1))
  let count = 0
  let endedAt = 0
  const body = async (task: number): Promise<void> => {
    const startedAt = performance.now()
    if (task > 0) gaps[count++] = startedAt - endedAt
    endedAt = performance.now()
  }
  const prepared = loaded.prepare({ ...makeGraph('chain', size), body })
  for (let round = 0; round < warmUps + rounds; round++) {
    await collectGarbage(1)
    await prepared.run()
  }
  if (count !== gaps.length) throw new Error(`${contender} made ${count} of ${gaps.length} hand-overs.`)
  const counted = Array.from(gaps.subarray(warmUps * (size - 1)), (gapMs) => gapMs * 1_000)
  return { contender, size, p50: quantile(counted, 0.5), p99: quantile(counted, 0.99) }
}
