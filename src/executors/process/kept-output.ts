import { cutEscapes } from '../../text/strip-escapes.ts'
import { noteWritten } from '../written-json.ts'
import { deepest, readJson } from './read-json.ts'

const mostLines = 20
/** Longer lines are cut, because a failure is journalled. */
const longestKeptLine = 2_000
const mostBytes = 1024 * 1024
/** After this many chunks they are joined, because many small ones cost more than their bytes. */
const mostChunks = 256

/** The output of a command that has completed. */
export interface CommandOutput {
  readonly output: unknown
  /** Something that people should know about it. */
  readonly note?: string
}

/**
 * Keeps the parts of a command's output that are needed at its end: the last 20 lines, and the last MiB of its stdout.
 */
export class KeptOutput {
  #lines: string[] = []
  #chunks: Buffer[] = []
  #held = 0
  #total = 0

  /** Takes text of both streams: whole lines, or a part of one. */
  noteLines(text: string): void {
    let from = text.length
    for (let count = 0; count < mostLines && from > 0; count++) from = text.lastIndexOf('\n', from - 1)
    const last = text.slice(from + 1).split('\n')
    this.#lines = this.#lines.length === 0 ? last : [...this.#lines, ...last]
    if (this.#lines.length > mostLines) this.#lines = this.#lines.slice(-mostLines)
  }

  keepStdout(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    this.#total += chunk.length
    while (this.#held - this.#chunks[0]!.length >= mostBytes) this.#held -= this.#chunks.shift()!.length
    if (this.#chunks.length > mostChunks) this.#chunks = [Buffer.concat(this.#chunks)]
  }

  lastLines(): readonly string[] {
    return this.#lines.map((line) =>
      // Copied, because a slice would keep the whole text in memory.
      Buffer.from(line.length > longestKeptLine ? `${line.slice(0, longestKeptLine)}…` : line).toString(),
    )
  }

  /** All of it if that is a JSON object or array, or its last line that is not empty if that is one, else the trimmed text. */
  stdout(): CommandOutput {
    // Colours are for people: a command may have been told to use them.
    const text = cutEscapes(this.#text()).trim()
    const isWhole = this.#total <= mostBytes
    for (const candidate of new Set([...(isWhole ? [text] : []), text.slice(text.lastIndexOf('\n') + 1)])) {
      const json = readJson(candidate)
      if (json === undefined) continue
      if (json === 'too deep') {
        return { output: text, note: `The output is a text: as JSON it would be more than ${deepest} deep.` }
      }
      noteWritten(json.value, candidate, json.changed)
      return { output: json.value }
    }
    if (isWhole) return { output: text }
    return {
      output: text,
      note: `The output is the last MiB of its stdout, which has ${this.#total} bytes.`,
    }
  }

  #text(): string {
    const bytes = Buffer.concat(this.#chunks)
    let from = Math.max(0, bytes.length - mostBytes)
    // Not in the middle of a character.
    while (from > 0 && from < bytes.length && (bytes[from]! & 0xc0) === 0x80) from++
    return bytes.toString('utf8', from)
  }
}
