import { crc32 } from 'node:zlib'
import type { RunFact } from '../../events/facts.ts'
import type { OwnerProcess } from '../../ports/store.ts'

/**
 * A line is a JSON object whose last field is the checksum of all before it: `crc`, or `more` where lines that belong to
 * the same append follow. One that lacks its last line was torn, and is as if it had not been written.
 */
export function spelledLine(value: object, isMore: boolean): string {
  const text = JSON.stringify(value).slice(0, -1)
  return `${text},"${isMore ? 'more' : 'crc'}":"${hex(crc32(text))}"}\n`
}

/** What stands in a file beside facts: whose it is, where it goes on, and that it was given up. */
export type Note =
  | { readonly journal: 1; readonly fence: number; readonly owner: NotedOwner }
  | { readonly journal: 1; readonly follows: number }
  | { readonly journal: 1; readonly released: true }

export interface NotedOwner {
  readonly id: string
  readonly process: OwnerProcess
}

export type ReadLine =
  | {
      readonly kind: 'fact' | 'note'
      readonly isMore: boolean
      readonly text: () => string
      readonly isOfRun: () => boolean
    }
  | { readonly kind: 'damaged' }

const ends = { crc: Buffer.from(',"crc":"'), more: Buffer.from(',"more":"') }
const ofRun = Buffer.from('"type":"run.')
const note = Buffer.from('{"journal":')
const damaged = { kind: 'damaged' } as const
/** Of a checksum. A quotation mark and a bracket come after them. */
const digits = 8

/**
 * Reads a line, which comes without its end. What it holds is not parsed before somebody looks. `isOfRun` is true for all
 * facts about the run as a whole, and perhaps for others.
 */
export function readLine(line: Buffer): ReadLine {
  const isMore = endsWith(line, ends.more)
  if (!isMore && !endsWith(line, ends.crc)) return damaged
  const end = isMore ? ends.more : ends.crc
  const textLength = line.length - digits - 2 - end.length
  const text = line.subarray(0, textLength)
  if (line.toString('latin1', textLength + end.length) !== `${hex(crc32(text))}"}`) return damaged
  const kind = line.compare(note, 0, note.length, 0, note.length) === 0 ? 'note' : 'fact'
  return { kind, isMore, text: () => `${text.toString('utf8')}}`, isOfRun: () => text.includes(ofRun) }
}

export function factIn(line: { readonly text: () => string }): RunFact {
  return JSON.parse(line.text()) as RunFact
}

export function noteIn(line: { readonly text: () => string }): Note {
  return JSON.parse(line.text()) as Note
}

/** True where that stands before the checksum. */
function endsWith(line: Buffer, end: Buffer): boolean {
  const at = line.length - digits - 2 - end.length
  return at >= 1 && line.compare(end, 0, end.length, at, at + end.length) === 0
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(digits, '0')
}
