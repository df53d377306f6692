import { readFileSync } from 'node:fs'

/** A table of machines/README.md: by row, then by column, the text of the cell. */
export type Table = ReadonlyMap<string, ReadonlyMap<string, string>>

const text = readFileSync(new URL('../../machines/README.md', import.meta.url), 'utf8')

/** The table whose first heading is `corner`. */
export function tableOf(corner: string): Table {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => line.startsWith('| ') && cellsOf(line)[0] === corner)
  const end = lines.findIndex((line, index) => index > first && !line.startsWith('|'))
  const [headings, , ...rows] = lines.slice(first, end).map(cellsOf)
  return new Map(
    rows.map(([name, ...cells]) => [
      name!.replaceAll('`', ''),
      new Map(cells.map((cell, index) => [headings![index + 1]!, cell])),
    ]),
  )
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim())
}

/** The part of the page that is about one machine. */
export interface MachinePart {
  /** The states that have a sentence. */
  readonly states: readonly string[]
  /** The arrows of the picture from state to state, as `from → to`. */
  readonly arrows: readonly string[]
  /** Where the picture begins. */
  readonly initial: string | undefined
  /** The states from which the picture leads out. */
  readonly finals: readonly string[]
}

export function partOf(machine: 'task' | 'dag' | 'runtime' | 'agent'): MachinePart {
  const part = text.split(/^## /m).find((section) => section.startsWith(`The ${machine} machine`))!
  const arrows = [...part.matchAll(/^ {2}(\S+) --> (\S+?)(?: : .+)?$/gm)].map(
    ([, from, to]) => [from!, to!] as const,
  )
  return {
    states: [...part.matchAll(/^- `(\w+)`: /gm)].map((match) => match[1]!),
    arrows: arrows.filter(([from, to]) => from !== '[*]' && to !== '[*]').map((arrow) => arrow.join(' → ')),
    initial: arrows.find(([from]) => from === '[*]')?.[1],
    finals: arrows.filter(([, to]) => to === '[*]').map(([from]) => from),
  }
}
