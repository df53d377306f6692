import { survives } from '../executors/process/read-json.ts'
import type { Path, Places } from './places.ts'

/** A number that would be another one if it were handed on: where it stands, and how it is written. */
export interface ChangedNumber {
  readonly path: Path
  readonly written: string
}

/** The first numbers in a value that was read from a text and that no number of JavaScript, or of JSON, is equal to. */
export function changedNumbers(value: unknown, places: Places, path: Path = []): readonly ChangedNumber[] {
  const found: ChangedNumber[] = []
  const seen = new Set<unknown>()
  const look = (parent: unknown, at: Path): void => {
    if (typeof parent !== 'object' || parent === null || seen.has(parent)) return
    seen.add(parent)
    for (const [name, part] of Object.entries(parent as Readonly<Record<string, unknown>>)) {
      if (found.length === mostFound) return
      const key = Array.isArray(parent) ? Number(name) : name
      if (typeof part !== 'number') look(part, [...at, key])
      else if (isChanged(part, places.textOf(parent, key))) {
        found.push({ path: [...at, key], written: places.textOf(parent, key) })
      }
    }
  }
  // As the field of an object, which has its place, too.
  look(value, path)
  return found
}

const mostFound = 20

function isChanged(value: number, written: string): boolean {
  if (!Number.isFinite(value)) return true
  if (/^0[xo]/.test(written)) return BigInt(written) !== BigInt(value)
  return !survives(written.replace(/^\+/, ''))
}
