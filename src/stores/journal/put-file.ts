import { randomUUID } from 'node:crypto'
import { closeSync, linkSync, openSync, rmSync, writeFile, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Disk } from '../durable/disk.ts'

/** Writes all of it at the end of an open file. */
export const appendTo = promisify<number, string>(writeFile)

/**
 * Puts a file there with all its content at once: whoever looks finds nothing or everything, whatever dies meanwhile.
 * False where there is one already.
 */
export function putFile(path: string, content: string): boolean {
  const draft = draftFor(path)
  try {
    writeFileSync(draft, content, { flag: 'wx' })
    return linkNew(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** As `putFile`, synced, and the thread goes on meanwhile. Gives the open file, or nothing where there is one already. */
export async function putSynced(
  path: string,
  content: string,
  disk: Disk | undefined,
): Promise<number | undefined> {
  const draft = draftFor(path)
  let file: number | undefined
  let isPut = false
  try {
    file = openSync(draft, 'ax')
    await appendTo(file, content)
    await disk?.sync(file)
    isPut = linkNew(draft, path)
    return isPut ? file : undefined
  } finally {
    if (file !== undefined && !isPut) closeSync(file)
    rmSync(draft, { force: true })
  }
}

function linkNew(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw thrown
  }
}

function draftFor(path: string): string {
  return join(dirname(path), `.${randomUUID()}.draft`)
}
