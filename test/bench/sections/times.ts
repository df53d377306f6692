import { entryOf, type ContenderName } from '../contenders/registry.ts'
import { makeGraph, type Shape } from '../graphs.ts'
import type { Contender, Workload } from '../workload.ts'
import { type Took, timed } from './stopwatch.ts'

/** What is timed: a run of a graph object that is there already, or all from the edge list on. */
export type From = 'graph' | 'edges'

export interface Participant {
  readonly contender: ContenderName
  readonly from: From
}

/** Who shares a process: one contender with the bare promises it is compared with, or several. */
export type Setting = 'alone' | 'peers' | 'subscribers' | 'modes'

export interface TimesCell {
  readonly setting: Setting
  readonly shape: Shape
  readonly size: number
  readonly participants: readonly Participant[]
  /** Rounds that are run and not counted. */
  readonly warmUps: number
  /** Rounds that are run in any case, and the most that are run while `allowanceMs` lasts. */
  readonly least: number
  readonly most: number
  readonly allowanceMs: number
}

/** Microseconds a task. */
export interface Timing extends Participant {
  readonly cpuUs: readonly number[]
  readonly wallUs: readonly number[]
  /** The very first run in the process, before anything is compiled. */
  readonly first: Took
}

/**
 * Times the participants in turn, round by round, in alternating order, so that whatever disturbs the machine disturbs
 * all of them. Every body must have run, each time.
 */
export async function measureTimes(cell: TimesCell): Promise<readonly Timing[]> {
  const { shape, size, participants, warmUps, least, most, allowanceMs } = cell
  const graph = makeGraph(shape, size)
  const runs = await Promise.all(
    participants.map(async (participant) => {
      const contender = await entryOf(participant.contender).load()
      return { participant, contender, took: [] as Took[] }
    }),
  )
  let until = Number.POSITIVE_INFINITY
  for (let round = 0; round < warmUps + most; round++) {
    if (round === warmUps) until = performance.now() + allowanceMs
    if (round >= warmUps + least && performance.now() > until) break
    for (const { participant, contender, took } of round % 2 === 0 ? runs : runs.toReversed()) {
      took.push(await timeOnce(contender, participant, graph))
    }
  }
  return runs.map(({ participant, took }) => {
    const perTask = took.map(({ cpuUs, wallUs }) => ({ cpuUs: cpuUs / size, wallUs: wallUs / size }))
    const counted = perTask.slice(warmUps)
    return {
      ...participant,
      cpuUs: counted.map(({ cpuUs }) => cpuUs),
      wallUs: counted.map(({ wallUs }) => wallUs),
      first: perTask[0]!,
    }
  })
}

async function timeOnce(
  contender: Contender,
  { contender: name, from }: Participant,
  graph: Omit<Workload, 'body'>,
): Promise<Took> {
  let ran = 0
  const workload: Workload = {
    ...graph,
    body: async () => {
      ran++
    },
  }
  const runs = entryOf(name).brief === true ? Math.ceil(50_000 / graph.needs.length) : 1
  let took: Took
  if (from === 'edges') {
    took = await timed(() => contender.prepare(workload).run())
  } else {
    const prepared = contender.prepare(workload)
    took = await timed(async () => {
      for (let left = runs; left > 0; left--) await prepared.run()
    })
  }
  const expected = runs * graph.needs.length
  if (ran !== expected) throw new Error(`${name} ran ${ran} of ${expected} bodies.`)
  return { cpuUs: took.cpuUs / runs, wallUs: took.wallUs / runs }
}
