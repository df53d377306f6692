import { readFields, readInteger } from '../graph/read-values.ts'

const known: ReadonlySet<string> = new Set(['capacity'])

/** Throws `CONFIG_INVALID` for options that are not those of an executor with a capacity alone. */
export function readCapacity(options: { readonly capacity?: number }, path: string): void {
  const { capacity } = readFields(options, path, known)
  if (capacity !== undefined) readInteger(capacity, `${path}.capacity`, 1, true)
}
