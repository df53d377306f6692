import type { TaskId } from '../../../machines/outcome.ts'
import type { Explanation } from '../../events/explanation.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Span } from '../screen/spans.ts'
import { wrapped } from '../screen/text-width.ts'
import { firstOf, type Panel } from './controls.ts'
import type { RunProgress } from './run-progress.ts'

export interface PanelOptions {
  readonly progress: RunProgress
  /** How many columns a line may have. */
  readonly columns: number
  readonly why: (taskId: TaskId) => Explanation
  /** True where the run goes on without this process. */
  readonly mayDetach: boolean
  /** What happened to the task so far, in sentences. */
  readonly story: (taskId: TaskId) => readonly string[]
}

/** What is open below the counter: a title and lines, of which as many are shown as there is room for. */
export interface PanelContent {
  readonly title: string
  readonly lines: number
  lineAt(index: number): readonly Span[]
}

/** A title and a part of the lines, in at most `rows` rows. */
export function panelRows(panel: Panel, content: PanelContent, rows: number): readonly (readonly Span[])[] {
  if (rows < 1) return []
  const room = rows - 1
  const last = Math.max(0, content.lines - room)
  const top = Math.min(panel.top ?? firstOf(panel, last), last)
  const count = Math.min(room, content.lines - top)
  const below = content.lines - top - count
  const place = content.lines <= room ? '' : below === 0 ? ' · the end' : ` · ${below} more below`
  const shown = Array.from({ length: count }, (_, index) => content.lineAt(top + index))
  return [
    [
      [content.title, 'strong'],
      [place, 'faint'],
    ],
    ...shown,
  ]
}

export function panelContent(panel: Panel, options: PanelOptions): PanelContent {
  if (panel.of === 'keys') {
    const keys = options.mayDetach ? [...looking, ...detaching] : [...looking, ...ending]
    const lines = keys.flatMap(([key, what]) =>
      wrapped(what, Math.max(1, options.columns - keyColumns)).map(
        (part, index): KeyLine => [index === 0 ? key : '', part],
      ),
    )
    return {
      title: 'keys',
      lines: lines.length,
      lineAt: (index) => {
        const [key, what] = lines[index]!
        return [
          [key.padEnd(keyColumns), 'strong'],
          [what, 'plain'],
        ]
      },
    }
  }
  return panel.of === 'why' ? whyOf(panel.taskId, options) : outputOf(panel.taskId, options)
}

function whyOf(taskId: TaskId, { why, story, columns }: PanelOptions): PanelContent {
  const told = story(taskId)
  const sentences = [why(taskId).sentence, ...(told.length === 0 ? [] : ['']), ...told]
  const lines = sentences.flatMap((text) => wrapped(shownText(text), columns))
  return {
    title: `why ${shownText(taskId)}`,
    lines: lines.length,
    lineAt: (index) => [[lines[index]!, 'plain']],
  }
}

function outputOf(taskId: TaskId, { progress }: PanelOptions): PanelContent {
  const { lines, isCut } = progress.outputOf(taskId)
  const notes = isCut ? ['earlier lines are not kept'] : lines.length === 0 ? ['it has written nothing'] : []
  return {
    title: `output of ${shownText(taskId)}`,
    lines: notes.length + lines.length,
    lineAt: (index) => {
      const note = notes[index]
      return note === undefined ? [[lines[index - notes.length]!, 'own']] : [[note, 'faint']]
    },
  }
}

const keyColumns = 9
type KeyLine = readonly [key: string, what: string]

const looking: readonly KeyLine[] = [
  ['↑ ↓ j k', 'go from task to task; scroll what is open'],
  ['Enter o', 'the output of the task; its question, if it asks'],
  ['w', 'why it is where it is, and what happened so far'],
  ['x', 'kill it, after a question'],
  ['Esc', 'close what is open; put a question off'],
  ['q', 'leave this view: the run goes on in plain lines'],
]
const ending: readonly KeyLine[] = [['Ctrl-C', 'let running tasks finish; again kills them']]
const detaching: readonly KeyLine[] = [
  ['d', 'detach: the job goes on without anybody who watches'],
  ['Ctrl-C', 'detach, too, with the exit code 130'],
]
