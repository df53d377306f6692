import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder for the tests of a file, removed after them; gives what makes the path of a file in it. */
export function folderOf(files: Readonly<Record<string, string>> = {}): (...names: string[]) => string {
  const folder = mkdtempSync(join(tmpdir(), 'dagmar-cli-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (...names) => join(folder, ...names)
}
