import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The folder of an attempt, by its mark: so a later coordinator finds what an earlier one has left. */
export function folderOf(mark: string): string {
  return join(tmpdir(), `dagmar-${mark.slice(-12)}`)
}

/** Makes a folder that only the user may enter. Throws where something has that name. */
export function makeFolder(mark: string): string {
  const folder = folderOf(mark)
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

export function removeFolder(folder: string | undefined): void {
  if (folder === undefined) return
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // What cannot be removed from the directory for temporary files is left to the system.
  }
}
