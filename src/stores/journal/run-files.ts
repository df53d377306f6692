import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync } from 'node:fs'
import { basename, join } from 'node:path'
import { agentsJournal } from '../../events/agent-facts.ts'
import { linesOf } from './file-lines.ts'
import { noteIn, readLine, spelledLine } from './line.ts'

/**
 * The name of a run's files without what they end with. Any id has one that no other has, also where capital and small
 * letters are the same.
 */
export function fileNameOf(runId: string): string {
  // Each half of a surrogate pair by itself: there may be one without the other.
  const name = runId.replace(/[^a-z0-9_-]/g, (unit) => {
    const digits = unit.charCodeAt(0).toString(16)
    return digits.length > 2 ? `%u${digits.padStart(4, '0')}` : `%${digits.padStart(2, '0')}`
  })
  if (name.length <= longest) return name
  return `${name.slice(0, longest - 33)}%${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
}

const longest = 160

const nameOfAgents = fileNameOf(agentsJournal)

/** The file that was begun by the opening with that number. `base` is the run's path without what files end with. */
export function partAt(base: string, fence: number): string {
  return fence === 1 ? `${base}.ndjson` : `${base}.${fence}.ndjson`
}

/** The path of a run's files without what they end with, for the path of one of them. */
export function baseOf(path: string): string {
  return path.replace(/(?:\.\d+)?\.ndjson$/, '')
}

/** The base of a run by the name of its first file; undefined for other files. */
export function baseInFolder(folder: string, name: string): string | undefined {
  return /^[a-z0-9_%-]+\.ndjson$/.test(name) ? join(folder, name.slice(0, -'.ndjson'.length)) : undefined
}

/** The files of a run that are there, in order: each was begun by who opened the run after the one before. */
export function partsOf(base: string): readonly string[] {
  if (!existsSync(partAt(base, 1))) return []
  const parts: string[] = []
  for (let fence = firstPartOf(base); existsSync(partAt(base, fence)); fence++)
    parts.push(partAt(base, fence))
  return parts
}

/** What stands for the files of the journal of agents that were dropped: the first one says with which it goes on. */
export function goesOnLine(fence: number): string {
  return spelledLine({ journal: 1, goesOn: fence }, false)
}

/**
 * The number of the first file that has facts, if there are any. Only the journal of the facts about agents has lost some:
 * whoever finds a file missing looks again whether it was dropped meanwhile.
 */
export function firstPartOf(base: string): number {
  if (basename(base) !== nameOfAgents || !existsSync(partAt(base, 1))) return 1
  const file = openSync(partAt(base, 1), 'r')
  try {
    for (const { line, number, isWhole } of linesOf(file)) {
      if (number < 2) continue
      const read = isWhole ? readLine(line) : undefined
      const note = read?.isNote === true ? noteIn(read) : undefined
      return note !== undefined && 'goesOn' in note ? note.goesOn : 1
    }
    return 1
  } finally {
    closeSync(file)
  }
}
