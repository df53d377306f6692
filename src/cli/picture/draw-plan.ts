import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { ruleLabel } from '../../graph/rules.ts'
import { withNoun } from '../../text/with-noun.ts'
import type { Paint } from '../screen/colours.ts'
import { shownText } from '../../text/shown-text.ts'
import { cutToWidth, displayWidth } from '../screen/text-width.ts'
import { levelsOf } from './levels.ts'
import { levelList } from './level-list.ts'
import { type RailRow, railRows } from './rails.ts'

export interface DrawOptions {
  /** The most columns of a row. */
  readonly width: number
  /** True for ASCII characters only. */
  readonly isAscii: boolean
  readonly paint: Paint
}

const mostDrawn = 200
/** The least columns for an id. Where the rails leave fewer, the plan is listed instead. */
const leastForId = 8

/**
 * A plan as text: one row for each task, level by level, with its dependencies as rails. A plan with many tasks, or
 * with more rails than the width allows, is listed level by level.
 */
export function drawPlan(plan: Plan, options: DrawOptions): string {
  const { tasks, name } = plan
  const { width, paint } = options
  const levels = levelsOf(plan)
  const edges = tasks.reduce((sum, { needs }) => sum + needs.length, 0)
  const head = [
    withNoun(tasks.length, 'task'),
    withNoun(edges, 'dependency', 'dependencies'),
    withNoun(levels.length, 'level'),
  ]
  const rows = tasks.length <= mostDrawn ? railRows(tasks, levels) : []
  const gutter = String(levels.length).length + 2
  const isDrawn =
    rows.length > 0 && rows.every(({ rails, index }) => fits(tasks[index]!, rails, width - gutter))
  const body = isDrawn
    ? drawn(rows, tasks, gutter, options)
    : levelList(tasks, levels, { width, rowsPerLevel: tasks.length <= mostDrawn ? 6 : 2 }).map((row) => {
        const ids = cutToWidth(row.ids, width - row.head.length)
        return `${paint(cutToWidth(row.head, width), 'faint')}${ids}`
      })
  const note =
    isDrawn || tasks.length === 0
      ? []
      : [paint(cutToWidth('Too large to draw here: these are its levels.', width), 'faint')]
  const text = [
    paint(cutToWidth(`${shownText(name)}: ${head.join(', ')}`, width), 'strong'),
    ...body,
    ...note,
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
  return options.isAscii ? asciiOf(text) : text
}

function drawn(
  rows: readonly RailRow[],
  tasks: readonly PlannedTask[],
  gutter: number,
  { width, paint }: DrawOptions,
): readonly string[] {
  return rows.map(({ index, level, rails }, row) => {
    const task = tasks[index]!
    const isFirst = row === 0 || rows[row - 1]!.level !== level
    const number = (isFirst ? String(level + 1) : '').padStart(gutter - 2)
    const room = width - gutter - rails.length
    const id = cutToWidth(shownText(task.id), room)
    const rule = ruleLabel(task)
    const label = rule === undefined ? '' : cutToWidth(`  ${rule}`, room - displayWidth(id))
    return `${paint(number, 'faint')}  ${paint(rails, 'faint')}${id}${paint(label, 'busy')}`
  })
}

function fits({ id }: PlannedTask, rails: string, width: number): boolean {
  return rails.length + Math.min(leastForId, displayWidth(shownText(id))) <= width
}

const asciiGlyphs: Readonly<Record<string, string>> = {
  '─': '-',
  '│': '|',
  '┌': ',',
  '┬': '.',
  '├': '+',
  '┼': '+',
  '└': '`',
  '┴': "'",
  '…': '~',
}

/** Escape codes are ASCII, so they stay. */
function asciiOf(text: string): string {
  return text.replaceAll(/\P{ASCII}/gu, (character) => asciiGlyphs[character] ?? '?')
}
