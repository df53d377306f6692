import type { TaskId } from '../../../machines/outcome.ts'
import type { Explanation } from '../../events/explanation.ts'
import type { TaskView } from '../../events/task-view.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Paint } from '../screen/colours.ts'
import { rowOf, type Span } from '../screen/spans.ts'
import { displayWidth, wrapped } from '../screen/text-width.ts'
import { type Controls, noControls } from './controls.ts'
import { counterSpans } from './counter.ts'
import { panelContent, panelRows } from './panel.ts'
import type { RunProgress } from './run-progress.ts'
import { taskList, type TaskList } from './task-list.ts'
import { taskRows } from './task-row.ts'

export interface FrameOptions {
  /** Of the screen. */
  readonly columns: number
  readonly rows: number
  /** Epoch ms. */
  readonly now: number
  readonly paint: Paint
  /** What the task waits for. */
  readonly why: (taskId: TaskId) => Explanation
  /** What a person is being asked. */
  readonly prompt: string | undefined
  /** What happened to the task, in sentences. @default nothing */
  readonly story?: (taskId: TaskId) => readonly string[]
  /** What keys have chosen. Undefined where there are no keys. */
  readonly controls?: Controls
  /** True where the run goes on without this process, which may be detached from it. @default false */
  readonly mayDetach?: boolean
  /** How long the run probably goes on, in milliseconds. */
  readonly leftMs?: number
}

type Row = readonly Span[]

const fewRows = 12
const mostPromptRows = 4

/**
 * The rows of the live block: at least one, at most as many as the screen has, and narrower than it. The cost depends
 * on how many tasks run, not on the size of the dag.
 */
export function frameOf(progress: RunProgress, options: FrameOptions): string[] {
  // The last column stays empty, because terminals differ in what they do after a character there.
  const columns = options.columns - 1
  const { controls } = options
  const isOpen = controls?.panel !== undefined
  const most = mostRows(options.rows, isOpen)
  const head: Row[] = [counterSpans(progress, options.now, columns, options.leftMs)]
  const asked = footOf(options, columns).slice(-most)
  // Keys are named where there is room for more than what matters.
  const hint = controls === undefined || options.rows < fewRows ? [] : [hintOf(controls, columns, options)]
  const foot = [...asked, ...hint]
  const room = most - head.length - foot.length
  const rows = room < 0 ? foot.slice(-most) : [...head, ...bodyOf(progress, options, room), ...foot]
  return rows.map((spans) => rowOf(spans, columns, options.paint))
}

/** How many lines of a panel a screen of that many rows has room for, where nobody is asked. */
export function panelPage(rows: number): number {
  return Math.max(1, mostRows(rows, true) - (rows < fewRows ? 2 : 3))
}

/** A tall screen keeps a third for the lines above the block, a low one a single row; so it is with an open panel. */
function mostRows(rows: number, isOpen: boolean): number {
  return Math.max(1, rows < fewRows || isOpen ? rows - 1 : Math.floor((rows * 2) / 3))
}

function bodyOf(progress: RunProgress, options: FrameOptions, room: number): readonly Row[] {
  const { controls = noControls, columns, why, story = () => [], mayDetach = false } = options
  if (controls.panel !== undefined) {
    const content = panelContent(controls.panel, { progress, columns: columns - 1, why, story, mayDetach })
    return panelRows(controls.panel, content, room)
  }
  const list = taskList(progress, room, controls.selected)
  const nameWidth = nameWidthOf(list.shown, columns)
  const tasks = list.shown.map((task) => {
    const [first, ...rest] = taskRows(task, { ...options, progress, nameWidth })
    return [task.id === controls.selected ? selectedRow(first!) : first!, ...rest]
  })
  const more = moreText(list)
  const last: readonly Row[] = more === '' || room < 1 ? [] : [[[more, 'faint']]]
  const rows = [...tasks.flat(), ...last]
  // A row for each task comes before a second one for some.
  return rows.length <= room ? rows : [...tasks.map(([first]) => first!), ...last]
}

/** Its sign gives way to an arrow, which is seen without colours, too. */
function selectedRow([sign, name, ...rest]: readonly Span[]): Row {
  return [['▸ ', 'strong'], name!, [' ', 'plain'], [sign![0], sign![1]], ...rest]
}

function moreText({ more: { running, held, waiting } }: TaskList): string {
  const parts = [
    ...(running > 0 ? [`${running} more running`] : []),
    ...(held > 0 ? [`${held} more held`] : []),
    ...(waiting > 0 ? [`${waiting} more waiting`] : []),
  ]
  return parts.length === 0 ? '' : `… and ${parts.join(', ')}`
}

function nameWidthOf(shown: readonly TaskView[], columns: number): number {
  const longest = shown.reduce((width, { id }) => Math.max(width, displayWidth(shownText(id))), 0)
  return Math.min(longest, Math.max(6, Math.floor(columns / 3)))
}

function footOf({ prompt, controls }: FrameOptions, columns: number): Row[] {
  if (controls?.killing !== undefined)
    return [[[`Kill ${shownText(controls.killing)}? [y]es, any other key: no `, 'bad']]]
  if (prompt === undefined) return []
  // The end must be visible, because that is where one types.
  return wrapped(prompt, Math.max(1, columns))
    .slice(-mostPromptRows)
    .map((line): Row => [[line, 'strong']])
}

function hintOf(
  { panel, selected }: Controls,
  columns: number,
  { prompt, mayDetach = false }: FrameOptions,
): Row {
  if (prompt !== undefined) {
    const leave = mayDetach ? ' · Ctrl-C detach' : ''
    const all = ['Ctrl-O output · ', 'Ctrl-Y why · ↑↓ move or scroll · ', `Esc answer later${leave}`] as const
    const hints = [all.join(''), all[0] + all[2], all[2]]
    return [[hints.find((hint) => displayWidth(hint) <= columns) ?? '', 'faint']]
  }
  const leave = mayDetach ? 'd detach' : 'q leave the view'
  const long =
    panel === undefined
      ? selected === undefined
        ? `↑↓ choose a task · o output · w why · ${leave} · ? keys`
        : `↑↓ move · o output · w why · x kill · Esc back · ${leave} · ? keys`
      : `↑↓ scroll · Esc back · ${leave} · ? keys`
  return [[displayWidth(long) <= columns ? long : '? keys', 'faint']]
}
