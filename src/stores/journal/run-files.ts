import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The name of a run's files without what they end with. Any id has one that no other has, also where capital and small
 * letters are the same.
 */
export function fileNameOf(runId: string): string {
  // Each half of a surrogate pair by itself: there may be one without the other.
  const name = runId.replace(/[^a-z0-9_-]/g, (unit) => {
    const digits = unit.charCodeAt(0).toString(16)
    return digits.length > 2 ? `%u${digits.padStart(4, '0')}` : `%${digits.padStart(2, '0')}`
  })
  if (name.length <= longest) return name
  return `${name.slice(0, longest - 33)}%${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
}

const longest = 160

/** The file that was begun by the opening with that number. `base` is the run's path without what files end with. */
export function partAt(base: string, fence: number): string {
  return fence === 1 ? `${base}.ndjson` : `${base}.${fence}.ndjson`
}

/** The path of a run's files without what they end with, for the path of one of them. */
export function baseOf(path: string): string {
  return path.replace(/(?:\.\d+)?\.ndjson$/, '')
}

/** The base of a run by the name of its first file; undefined for other files. */
export function baseInFolder(folder: string, name: string): string | undefined {
  return /^[a-z0-9_%-]+\.ndjson$/.test(name) ? join(folder, name.slice(0, -'.ndjson'.length)) : undefined
}

/** The files of a run that are there, in order: each was begun by who opened the run after the one before. */
export function partsOf(base: string): readonly string[] {
  const parts: string[] = []
  for (let fence = 1; existsSync(partAt(base, fence)); fence++) parts.push(partAt(base, fence))
  return parts
}
