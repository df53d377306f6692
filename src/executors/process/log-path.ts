import { createHash } from 'node:crypto'
import { join } from 'node:path'

const mostNameBytes = 200
/** Characters that some file system does not allow in a name, and the sign before a hash. */
// oxlint-disable-next-line no-control-regex
const unfit = /^\.|[/\\:*?"<>|~\0-\x1f\x7f]/g

/** The folder for the logs of a run. */
export function logFolder(logDir: string, runId: string): string {
  return join(logDir, fileNameOf(runId))
}

/** The file for the output of an attempt, in the folder of its run. */
export function logPath(
  folder: string,
  { taskId, attempt }: { readonly taskId: string; readonly attempt: number },
): string {
  return join(folder, `${fileNameOf(taskId)}.${attempt}.log`)
}

/** What a log that was full is called from then on. */
export function rotatedPath(path: string): string {
  return `${path}.1`
}

/**
 * The text, if it can be a file name; else the part of it that can, with `~` and a hash, so that different texts have
 * different names.
 */
export function fileNameOf(text: string): string {
  const safe = Buffer.from(text.replace(unfit, '_'))
  // Cut in the middle of a character, it ends with the mark for a broken one.
  const name = safe.length > mostNameBytes ? safe.toString('utf8', 0, mostNameBytes) : safe.toString()
  if (name === text) return name
  const hash = createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex')
  return `${name}~${hash.slice(0, 16)}`
}
