import type { RunLimits } from '../../events/facts.ts'

/** The limits of a dispatch in the form that facts and views have. */
export function limitsIn({
  concurrency,
  pools,
  timeoutMs,
}: {
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  readonly timeoutMs: number
}): RunLimits {
  const limits = {
    concurrency: limitOf(concurrency),
    pools: Object.freeze(pools),
    timeoutMs: limitOf(timeoutMs),
  }
  return Object.freeze(limits)
}

/** JSON has no Infinity. */
function limitOf(limit: number): number | null {
  return limit === Number.POSITIVE_INFINITY ? null : limit
}
