import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { RunSummary } from '../../events/run-summary.ts'
import { type Keep, settledSince } from '../durable/keep.ts'
import type { Keys } from './keys.ts'
import { fileNameOf, partAt } from './run-files.ts'

/** Those of all runs, the latest created first, that are not kept. */
export function notKept(runs: readonly RunSummary[], keep: Keep): readonly RunSummary[] {
  const since = settledSince(keep)
  const settled = runs
    .filter(({ settledAt }) => settledAt !== undefined)
    .toSorted((a, b) => b.settledAt! - a.settledAt!)
  return settled.filter(({ settledAt }, index) => index >= (keep.runs ?? Infinity) || settledAt! < since)
}

/** From the first step on it is not there for anybody. What a crash leaves of it is swept with the next one. */
export function dropRun(folder: string, { runId, idempotencyKey }: RunSummary, keys: Keys): void {
  const base = join(folder, fileNameOf(runId))
  const dropped = join(dirname(base), `.${basename(base)}.dropped`)
  renameSync(partAt(base, 1), dropped)
  for (let fence = 2; existsSync(partAt(base, fence)); fence++) rmSync(partAt(base, fence))
  if (idempotencyKey !== undefined) keys.free(idempotencyKey)
  rmSync(dropped)
}

export function sweep(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.endsWith('.dropped')) rmSync(join(folder, name), { force: true })
}
