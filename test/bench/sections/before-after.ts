import { setTimeout as sleep } from 'node:timers/promises'
import { dagmar } from '../contenders/dagmar.ts'
import { polling } from '../contenders/polling.ts'
import { seeded } from '../../../src/chance/seeded.ts'
import { makeGraph } from '../graphs.ts'
import { median, quantile } from '../statistics.ts'
import type { Contender, Workload } from '../workload.ts'
import { timed } from './stopwatch.ts'

export interface BeforeAfterCell {
  /** Of the polling dispatcher. */
  readonly everyMs: number
  readonly rounds: number
  /** How often a task of two seconds is waited for. */
  readonly waits: number
}

/** Of one dispatcher; milliseconds. */
export interface Dispatcher {
  /** From the end of a task to the first line of its dependent, in a chain of tasks of 5 to 25 ms. */
  readonly handOverP50: number
  readonly handOverMost: number
  /** Ten tasks in four levels that do nothing, from the call to the end. */
  readonly tenTasks: number
  /** Fifty tasks in five levels that do nothing. */
  readonly fiftyTasks: number
  /** Processor time while one task takes two seconds. */
  readonly waitingCpu: number
}

export interface BeforeAfter {
  readonly everyMs: number
  readonly polling: Dispatcher
  readonly dagmar: Dispatcher
}

/** The dispatcher that looks every so often, and dagmar, at the same work. */
export async function measureBeforeAfter({ everyMs, rounds, waits }: BeforeAfterCell): Promise<BeforeAfter> {
  return {
    everyMs,
    polling: await measureDispatcher(polling(everyMs), rounds, waits),
    dagmar: await measureDispatcher(dagmar(), rounds, waits),
  }
}

async function measureDispatcher(contender: Contender, rounds: number, waits: number): Promise<Dispatcher> {
  const gaps = await handOvers(contender, 20)
  const tenTasks = await wallOf(contender, levels([1, 4, 4, 1]), rounds)
  const fiftyTasks = await wallOf(contender, levels([10, 10, 10, 10, 10]), rounds)
  const one = contender.prepare({ ...makeGraph('chain', 1), body: () => sleep(2_000) })
  const waited: number[] = []
  for (let wait = 0; wait < waits; wait++) {
    // What V8 still compiles in the background would be counted.
    await sleep(300)
    waited.push((await timed(() => one.run())).cpuUs)
  }
  return {
    handOverP50: quantile(gaps, 0.5),
    handOverMost: Math.max(...gaps),
    tenTasks,
    fiftyTasks,
    waitingCpu: median(waited) / 1_000,
  }
}

async function handOvers(contender: Contender, size: number): Promise<number[]> {
  const random = seeded(7)
  const gaps: number[] = []
  let endedAt: number | undefined
  const body = async (): Promise<void> => {
    if (endedAt !== undefined) gaps.push(performance.now() - endedAt)
    await sleep(5 + 20 * random())
    endedAt = performance.now()
  }
  await contender.prepare({ ...makeGraph('chain', size), body }).run()
  return gaps
}

async function wallOf(contender: Contender, needs: Workload['needs'], rounds: number): Promise<number> {
  const prepared = contender.prepare({ shape: 'layered', needs, body: async () => undefined })
  const took: number[] = []
  for (let round = 0; round < rounds; round++) took.push((await timed(() => prepared.run())).wallUs / 1_000)
  return median(took)
}

/** Levels of so many tasks, each of which needs all of the level before. */
function levels(widths: readonly number[]): readonly (readonly number[])[] {
  const needs: number[][] = []
  let before: number[] = []
  for (const width of widths) {
    const level = Array.from({ length: width }, (_, place) => needs.length + place)
    for (const _ of level) needs.push(before)
    before = level
  }
  return needs
}
