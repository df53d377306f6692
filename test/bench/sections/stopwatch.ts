import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** Processor time of all threads of the process, the collector's and the compiler's too; and time on the wall. */
export interface Took {
  readonly cpuUs: number
  readonly wallUs: number
}

/** How long `work` takes. The garbage of before is collected first, and not counted. */
export async function timed(work: () => Promise<unknown>): Promise<Took> {
  await collectGarbage(1)
  // The collector's threads go on sweeping for a moment, and would be counted.
  await sleep(3)
  const [cpu, wall] = [process.cpuUsage(), performance.now()]
  await work()
  const wallUs = (performance.now() - wall) * 1_000
  const { user, system } = process.cpuUsage(cpu)
  return { cpuUs: user + system, wallUs }
}

/** Collects garbage, `rounds` times: what is weakly held or waits for its finalisation takes several. */
export async function collectGarbage(rounds: number): Promise<void> {
  if (globalThis.gc === undefined)
    throw new Error('Garbage cannot be collected: start Node with --expose-gc.')
  for (let left = rounds; left > 0; left--) {
    await nextTurn()
    globalThis.gc()
  }
}

/** Bytes that are reachable. */
export async function heapInUse(): Promise<number> {
  await collectGarbage(4)
  return process.memoryUsage().heapUsed
}
