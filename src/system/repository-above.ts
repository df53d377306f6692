import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Whether a folder, or one above it, holds what git keeps of a repository. Not whether git can use it. */
export function liesInRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}
