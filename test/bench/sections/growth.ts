import { prepareDag } from '../contenders/dagmar.ts'
import { makeGraph } from '../graphs.ts'
import { heapInUse } from './stopwatch.ts'

const warmUps = 20

export interface GrowthCell {
  readonly size: number
  readonly runs: number
}

export interface Growth {
  readonly size: number
  /** Bytes in use after each run, from the one on that is the first counted. */
  readonly after: readonly number[]
  /** Bytes by which each task of a run leaves the heap larger: the slope of a line through all of them. */
  readonly perTask: number
}

/**
 * One runtime and one plan, run again and again, no handle held. Not counted are the first runs: while V8 still
 * compiles better code, the heap grows by that.
 */
export async function measureGrowth({ size, runs }: GrowthCell): Promise<Growth> {
  const prepared = prepareDag({ ...makeGraph('layered', size), body: async () => undefined })
  const after: number[] = []
  for (let run = -warmUps; run < runs; run++) {
    await prepared.run()
    const inUse = await heapInUse()
    if (run >= 0) after.push(inUse)
  }
  return { size, after, perTask: slopeOf(after) / size }
}

/** How much the values rise from one to the next, by least squares. */
function slopeOf(values: readonly number[]): number {
  const mean = (values.length - 1) / 2
  let [above, below] = [0, 0]
  for (const [place, value] of values.entries()) {
    above += (place - mean) * value
    below += (place - mean) ** 2
  }
  return above / below
}
