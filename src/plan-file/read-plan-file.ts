import { thrownText } from '../errors/foreign-value.ts'
import { readdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { didYouMean } from '../graph/read-values.ts'
import { type ParseOptions, parsePlan, type PlanFile } from './parse-plan.ts'
import { PlanFileError, planInvalid } from '../errors/plan-file-error.ts'
import { readSource } from './read-source.ts'

export interface ReadOptions extends Omit<ParseOptions, 'file'> {
  /** Reads the file instead of the file system. */
  readonly read?: (path: string) => string | Uint8Array | PromiseLike<string | Uint8Array>
}

/**
 * Reads a plan from a file in YAML 1.2 or JSON, UTF-8: a regular file of at most 64 MiB, or a pipe.
 * @throws PlanFileError (rejects with) `PLAN_UNREADABLE` when the file cannot be read, else what `parsePlan` throws.
 */
export async function readPlanFile(path: string, options: ReadOptions = {}): Promise<PlanFile> {
  const { read = readSource, ...parseOptions } = options
  return parsePlan(await readTextFile(path, read), { ...parseOptions, file: path })
}

/**
 * The text of a file. Rejects with `PLAN_UNREADABLE` where it cannot be read, and with `PLAN_INVALID` where it is no
 * text.
 */
export async function readTextFile(
  path: string,
  read: NonNullable<ReadOptions['read']> = readSource,
): Promise<string> {
  let content: string | Uint8Array
  try {
    content = await read(path)
  } catch (error) {
    throw await unreadable(path, error)
  }
  return typeof content === 'string' ? content : decode(content, path)
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const message = 'The file is not a text in UTF-8.'
    throw planInvalid(file, [{ file, line: 1, column: 1, message }])
  }
}

async function unreadable(path: string, cause: unknown): Promise<PlanFileError> {
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  const file = path
  if (code === 'ENOENT') {
    const message = `There is no file ${path}.${didYouMean(basename(path), await namesBeside(path))}`
    return new PlanFileError('PLAN_UNREADABLE', { file, message, cause })
  }
  if (code === 'EISDIR') {
    const message = `${path} is a folder, not a plan file.`
    return new PlanFileError('PLAN_UNREADABLE', { file, message, cause, hint: 'Name the file in it.' })
  }
  const reason = thrownText(cause)
  return new PlanFileError('PLAN_UNREADABLE', { file, message: `${path} cannot be read: ${reason}.`, cause })
}

async function namesBeside(path: string): Promise<readonly string[]> {
  try {
    return await readdir(dirname(resolve(path)))
  } catch {
    return []
  }
}
