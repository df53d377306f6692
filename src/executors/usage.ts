import type { ReportedUsage } from '../graph/handler.ts'
import { readGiven, readInteger, readNumber, readText } from '../graph/read-values.ts'

const readTokens = (value: unknown, path: string): number => readInteger(value, path, 0)

const readers = {
  model: readText,
  inputTokens: readTokens,
  outputTokens: readTokens,
  costUsd: (value: unknown, path: string) => readNumber(value, path, 0, Number.POSITIVE_INFINITY),
}

/** What an attempt says it has used. Throws `CONFIG_INVALID` for what are no amounts. */
export function readUsage(value: unknown): ReportedUsage {
  return readGiven(value, readers, 'usage')
}
