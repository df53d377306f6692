import { crc32 } from 'node:zlib'
import type { RunFact } from '../../events/facts.ts'

/** CRC-32 of bytes, or of a text in UTF-8. */
export function checksumOf(content: string | Uint8Array): number {
  return crc32(content)
}

/** A fact as a line of JSON, without its end. Throws for values that JSON cannot have, such as a BigInt. */
export function lineOf(fact: RunFact): string {
  return JSON.stringify(fact)
}

export function factOf(line: string): RunFact {
  return JSON.parse(line) as RunFact
}
