import type { RunFact } from '../../events/facts.ts'
import type { Journal, Owner } from '../../ports/store.ts'
import { thisProcess } from '../durable/owner.ts'
import { spelledLine } from './line.ts'

/** A journal that somebody has opened, and how far its file is written. */
export interface FileJournal extends Journal {
  /** The path of the run's files without what they end with. */
  readonly base: string
  /** The number of its file, which rises when it begins another one. */
  fence: number
  readonly owner: Owner
  /** Of that file alone, and at the beginning of it. */
  opening: string
  seq: number
  /** How long its file is, in bytes. Undefined for a new run until its first append. */
  size: number | undefined
  /** Its file, while it is held open. */
  file: number | undefined
  /** True once its folder is known to be synced. */
  isListed: boolean
  isSettled: boolean
  /** Why nothing more can be written. */
  fault: Error | undefined
  /** What is being done with it. */
  last: Promise<unknown>
}

/** What the file of an opening begins with. */
export function beginningFor({
  opening,
  fence,
  owner,
}: Pick<FileJournal, 'opening' | 'fence' | 'owner'>): string {
  return spelledLine({ journal: 1, opening, fence, owner: { process: thisProcess(), ...owner } }, false)
}

export function followsLine(follows: number): string {
  return spelledLine({ journal: 1, follows }, false)
}

export const releasedLine = spelledLine({ journal: 1, released: true }, false)

export function factLines(facts: readonly RunFact[]): string {
  return facts.map((fact, index) => spelledLine(fact, index < facts.length - 1)).join('')
}
