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

/** What stands in a file beside facts: whose it is, where it goes on, that it was given up, and which file is the first. */
export type Note =
  | { readonly journal: 1; readonly opening: string; readonly fence: number; readonly owner: NotedOwner }
  | { readonly journal: 1; readonly follows: number }
  | { readonly journal: 1; readonly released: true }
  | { readonly journal: 1; readonly goesOn: number }

export interface NotedOwner {
  readonly id: string
  readonly process: OwnerProcess
}

/** A line that is as it was written. What it holds is not parsed before somebody looks. */
export class ReadLine {
  readonly isNote: boolean
  /** True where lines that belong to the same append follow. */
  readonly isMore: boolean
  readonly #text: Buffer

  constructor(line: Buffer, text: Buffer, isMore: boolean) {
    this.isNote = isNote(line)
    this.isMore = isMore
    this.#text = text
  }

  get text(): string {
    return `${this.#text.toString('utf8')}}`
  }

  /** True for all facts about the run as a whole, and perhaps for others. */
  get isOfRun(): boolean {
    return this.#text.includes(ofRun)
  }
}

const ofRun = Buffer.from('"type":"run.')
/** What each line that is no fact begins with, the first of a file too. */
export const journalBegins = Buffer.from('{"journal":')
/** `,"more":"01234567"}` or `,"crc":"01234567"}` */
const ends = [
  { begin: ',"more":"', length: 19 },
  { begin: ',"crc":"', length: 18 },
] as const
const digits = 8

/** Reads a line, which comes without its end. Undefined for one that is damaged. */
export function readLine(line: Buffer): ReadLine | undefined {
  const tail = line.toString('latin1', Math.max(0, line.length - ends[0].length))
  const isMore = tail.startsWith(ends[0].begin)
  const end = isMore ? ends[0] : ends[1]
  const textLength = line.length - end.length
  if (textLength < 1 || !tail.startsWith(end.begin, tail.length - end.length) || !tail.endsWith('"}'))
    return undefined
  const text = line.subarray(0, textLength)
  return crc32(text) === checksumAt(tail, tail.length - digits - 2)
    ? new ReadLine(line, text, isMore)
    : undefined
}

/** True for what is no fact, by how it begins. */
export function isNote(line: Buffer): boolean {
  const { length } = journalBegins
  // Most lines are known by one letter.
  if (line[2] !== journalBegins[2] || line.length < length) return false
  return line.compare(journalBegins, 0, length, 0, length) === 0
}

export function factIn({ text }: { readonly text: string }): RunFact {
  return JSON.parse(text) as RunFact
}

export function noteIn({ text }: { readonly text: string }): Note {
  return JSON.parse(text) as Note
}

/** The number whose digits stand there; NaN where something else does. */
function checksumAt(tail: string, at: number): number {
  let checksum = 0
  for (let digit = at; digit < at + digits; digit++) {
    const code = tail.charCodeAt(digit)
    // 0 to 9, a to f.
    if (code >= 0x30 && code <= 0x39) checksum = checksum * 16 + code - 0x30
    else if (code >= 0x61 && code <= 0x66) checksum = checksum * 16 + code - 0x57
    else return Number.NaN
  }
  return checksum
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(digits, '0')
}
