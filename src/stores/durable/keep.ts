import { readGiven, readInteger, readNumber } from '../../graph/read-values.ts'

/** Which settled runs a store keeps: those that fit all given fields. Others go, the first settled first. */
export interface Keep {
  /** The last so many that settled. Integer ≥ 0. @default all */
  readonly runs?: number
  /** Those that settled within so many days. A number > 0, not necessarily whole. @default all */
  readonly days?: number
}

const readers = {
  runs: (value: unknown, path: string) => readInteger(value, path, 0),
  days: (value: unknown, path: string) => readNumber(value, path, 0, Number.POSITIVE_INFINITY),
}

export function readKeep(value: unknown, path: string): Keep {
  return readGiven(value, readers, path)
}

/** Runs that settled earlier than this are not kept. */
export function settledSince({ days = Number.POSITIVE_INFINITY }: Keep): number {
  return days === Number.POSITIVE_INFINITY ? 0 : Date.now() - days * 86_400_000
}
