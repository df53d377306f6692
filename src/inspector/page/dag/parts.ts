import type { Links } from '../../../graph/cycle.ts'

/** The tasks that hang together, part by part, in the order of their first task; ascending within a part. */
export function partsOf(tasks: readonly Links[]): number[][] {
  const seen = new Uint8Array(tasks.length)
  const parts: number[][] = []
  for (let first = 0; first < tasks.length; first++) {
    if (seen[first] === 1) continue
    seen[first] = 1
    const part = [first]
    for (let next = 0; next < part.length; next++) {
      const { needs, dependents } = tasks[part[next]!]!
      for (const side of [needs, dependents]) {
        for (const other of side) {
          if (seen[other] === 1) continue
          seen[other] = 1
          part.push(other)
        }
      }
    }
    parts.push(part.sort((a, b) => a - b))
  }
  return parts
}
