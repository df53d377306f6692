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
  const moved = plain * (1 + backoff.jitter * (2 * fraction(seed) - 1))
  return Math.round(Math.min(Math.max(moved, 0), backoff.capMs))
}

/** A number in [0, 1) that depends on the text alone: FNV-1a (offset 2166136261, prime 16777619), mixed as in MurmurHash3. */
function fraction(text: string): number {
  let hash = 2_166_136_261
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
