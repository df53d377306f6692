/** What a report has room for. */
export interface Room {
  /** Most lines of each list. */
  readonly most: number
  readonly columns: number
  readonly widthOf: (text: string) => number
}

/** A text as lines that fit beside an indent, broken between words. A word that is longer than a line stays whole. */
export function broken(text: string, { columns, widthOf }: Room, indent = 0): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer) > columns - indent) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

/** The text if it fits, else as much of it as fits before an ellipsis, but at least its first character. */
export function cutShort(text: string, columns: number, { widthOf }: Pick<Room, 'widthOf'>): string {
  if (widthOf(text) <= columns) return text
  const kept = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
  do kept.pop()
  while (kept.length > 1 && widthOf(kept.join('')) > columns - 1)
  return `${kept.join('')}…`
}

const gap = '  '
/** Narrower columns would have only a word or two in each line. */
const leastWidth = 16

/**
 * Rows under their heads. A table that is too wide has its cells broken into lines. Where columns would get too narrow
 * for that, each row becomes a block: its first cell, and under it the other cells, each after its head. A cell `-` is
 * empty.
 */
export function tableOf(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  room: Room,
): { readonly head: readonly string[]; readonly body: readonly string[] } {
  const { columns, widthOf } = room
  const natural = heads.map((head, column) =>
    Math.max(...[head, ...rows.map((row) => row[column]!)].map(widthOf)),
  )
  const least = heads.map((head, column) =>
    Math.max(
      leastWidth,
      ...[head, ...rows.map((row) => row[column]!)].flatMap((cell) => cell.split(' ')).map(widthOf),
    ),
  )
  const widths = fitted(natural, least, columns - gap.length * heads.length)
  if (widths === undefined) return { head: [], body: rows.flatMap((row) => blockOf(heads, row, room)) }
  const lines = (cells: readonly string[]): readonly string[] => linesOfRow(cells, widths, room)
  return { head: lines(heads), body: rows.flatMap(lines) }
}

/**
 * The widths after narrowing the columns that can be narrower, the widest first. Undefined where they still do not fit.
 */
function fitted(
  natural: readonly number[],
  least: readonly number[],
  columns: number,
): readonly number[] | undefined {
  const widths = [...natural]
  for (let sum = widths.reduce((a, b) => a + b, 0); sum > columns; sum--) {
    const spare = widths.map((width, column) => (width > least[column]! ? width : 0))
    const widest = Math.max(...spare)
    if (widest === 0) return undefined
    widths[spare.indexOf(widest)]!--
  }
  return widths
}

function linesOfRow(cells: readonly string[], widths: readonly number[], room: Room): readonly string[] {
  const { widthOf } = room
  const parts = cells.map((cell, column) => broken(cell, { ...room, columns: widths[column]! }))
  const height = Math.max(...parts.map(({ length }) => length))
  return Array.from({ length: height }, (_, at) =>
    parts
      .map((part, column) => {
        const text = part[at] ?? ''
        return `${gap}${text}${' '.repeat(Math.max(0, widths[column]! - widthOf(text)))}`
      })
      .join('')
      .trimEnd(),
  )
}

function blockOf(
  heads: readonly string[],
  [first, ...cells]: readonly string[],
  room: Room,
): readonly string[] {
  return [
    `${gap}${first!}`,
    ...cells.flatMap((cell, column) =>
      cell === '-'
        ? []
        : broken(`${heads[column + 1]!} ${cell}`, room, 6).map(
            (line, index) => `${index === 0 ? '    ' : '      '}${line}`,
          ),
    ),
  ]
}
