import type { PlannedTask } from '../../graph/plan.ts'
import { shownText } from '../../text/shown-text.ts'
import { cutToWidth, displayWidth } from '../screen/text-width.ts'

/** A row of a level: its number, how many tasks it has, and as many ids as fit. */
export interface LevelRow {
  /** Empty in the further rows of a level. */
  readonly head: string
  readonly ids: string
}

export interface ListOptions {
  readonly width: number
  readonly rowsPerLevel: number
}

const mostLevels = 200

/** For plans that are too large to be drawn. */
export function levelList(
  tasks: readonly PlannedTask[],
  levels: readonly (readonly number[])[],
  { width, rowsPerLevel }: ListOptions,
): readonly LevelRow[] {
  const numberWidth = String(levels.length).length
  const countWidth = Math.max(...levels.map((level) => String(level.length).length), 1)
  const rows = levels.map((level, index) => {
    const head = `${String(index + 1).padStart(numberWidth)}  ${String(level.length).padStart(countWidth)}  `
    const ids = level.map((task) => shownText(tasks[task]!.id))
    return wrapped(ids, width - head.length, rowsPerLevel).map((line, row) => ({
      head: row === 0 ? head : ' '.repeat(head.length),
      ids: line,
    }))
  })
  if (rows.length <= mostLevels) return rows.flat()
  const last = 20
  const left = { head: '', ids: `… ${rows.length - mostLevels} more levels …` }
  return [...rows.slice(0, mostLevels - last).flat(), left, ...rows.slice(-last).flat()]
}

/** The ids as rows of that width; the last row says how many did not fit. */
function wrapped(ids: readonly string[], width: number, most: number): readonly string[] {
  const rows: string[] = []
  let row = ''
  for (const [index, id] of ids.entries()) {
    const isLastRow = rows.length === most - 1
    const rest = ids.length - index - 1
    const reserve = isLastRow && rest > 0 ? ` … ${rest} more`.length : 1
    const next = row === '' ? id : `${row} ${id}`
    if (displayWidth(next) + reserve <= width + 1 || (row === '' && !isLastRow)) {
      row = next
      continue
    }
    if (isLastRow) {
      const hidden = rest + 1
      return [...rows, cutToWidth(row === '' ? `${hidden} tasks` : `${row} … ${hidden} more`, width)]
    }
    rows.push(cutToWidth(row, width))
    row = id
  }
  return [...rows, cutToWidth(row, width)]
}
