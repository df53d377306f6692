import { asError } from '../../errors/foreign-value.ts'
import type { Clock } from '../../time/clock.ts'
import type { JobTable, KeptJob } from './job-table.ts'

/** How long it takes until it is tried again, after a full disk for instance. */
const againMs = 5_000

export interface EndKeeper {
  readonly table: JobTable
  readonly clock: Clock
  readonly warn: (sentence: string) => void
}

/** Keeps that a job has ended. Tries until it is kept, or not true any more: with the next supervisor it would begin again. */
export async function keepEnd(
  { table, clock, warn }: EndKeeper,
  kept: () => KeptJob,
  isOver: () => boolean,
): Promise<void> {
  const job = kept()
  try {
    await table.put(job)
  } catch (thrown) {
    if (isOver()) return
    warn(`The end of ${job.spec.id} cannot be kept yet: ${asError(thrown).message}`)
    clock.setTimeout(() => {
      if (!isOver()) void keepEnd({ table, clock, warn }, kept, isOver)
    }, againMs)
  }
}
