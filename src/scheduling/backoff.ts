import { fractionOf } from '../chance/hash.ts'
import type { Backoff } from '../graph/plan.ts'

/**
 * How long to wait after the attempt that was the `used`-th to count (from 1):
 * `min(baseMs × factor^(used − 1), capMs)`, moved by at most `jitter` of itself to either side, never above the cap.
 * The jitter is drawn from `seed` (run, task and attempt), so that a replay agrees.
 */
export function backoffMs(backoff: Backoff, used: number, seed: string): number {
  // The power may be infinite, and 0 × Infinity is NaN: an instant that never comes.
  if (backoff.baseMs === 0) return 0
  const plain = Math.min(backoff.baseMs * backoff.factor ** (used - 1), backoff.capMs)
  if (backoff.jitter === 0) return plain
  const moved = plain * (1 + backoff.jitter * (2 * fractionOf(seed) - 1))
  return Math.round(Math.min(Math.max(moved, 0), backoff.capMs))
}
