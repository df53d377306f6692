import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasNoSync } from './disk.ts'

/**
 * Makes a folder where there is none, with those on its way. It is found after a loss of power: what is synced inside of a
 * new folder is of no use where the folder itself is lost.
 */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true })
  if (first === undefined) return
  for (let made = path; ; made = dirname(made)) {
    syncNow(dirname(made))
    if (made === first || made === dirname(made)) return
  }
}

function syncNow(path: string): void {
  let folder: number
  try {
    folder = openSync(path, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(folder)
  } catch (thrown) {
    if (!hasNoSync(thrown)) throw thrown
  } finally {
    closeSync(folder)
  }
}
