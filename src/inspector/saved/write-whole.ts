import { randomUUID } from 'node:crypto'
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'

/**
 * Writes a file whole or not at all: beside its place, and then there, so that what was there before stays until then.
 * What is no file, such as a pipe, is written as it is. Rejects with `EXPORT_FAILED`.
 */
export async function writeWhole(path: string, parts: Iterable<string>): Promise<void> {
  try {
    if (await isNoFile(path)) await writeTo(await open(path, 'w'), parts)
    else await replace(await realpath(path).catch(() => path), parts)
  } catch (thrown) {
    throw new DagmarError('EXPORT_FAILED', {
      message: `${path} could not be written: ${thrownText(thrown)}.`,
      hint: 'Nothing was left there. Give a place with room, in which you may write.',
      facts: { path },
      cause: thrown,
    })
  }
}

async function isNoFile(path: string): Promise<boolean> {
  try {
    const there = await stat(path)
    return !there.isFile() && !there.isDirectory()
  } catch {
    return false
  }
}

async function replace(path: string, parts: Iterable<string>): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    await writeTo(await open(draft, 'wx'), parts)
    await rename(draft, path)
  } catch (thrown) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw thrown
  }
}

async function writeTo(file: FileHandle, parts: Iterable<string>): Promise<void> {
  try {
    for (const part of parts) await file.writeFile(part)
  } finally {
    await file.close()
  }
}
