import type { TaskId } from '../../../machines/outcome.ts'
import type { SimulatedAttempt, SimulatedTask } from '../../simulation/recorder.ts'
import type { Simulation } from '../../simulation/simulate.ts'
import { showMs } from '../../time/show-ms.ts'
import { withNoun } from '../../text/with-noun.ts'
import type { Paint } from '../screen/colours.ts'
import { shownText } from '../../text/shown-text.ts'
import { lineOf, rowOf, type Span } from '../screen/spans.ts'
import { cutToWidth, displayWidth } from '../screen/text-width.ts'
import { axisText } from './axis.ts'
import { Bar } from './bar.ts'
import { slotsOf } from './slot-uses.ts'

export interface TimelineOptions {
  /** No line is wider. */
  readonly width: number
  /** Most rows, without the axis and the legend. */
  readonly most: number
  /** What has a row; where it is not said, what there is room for. */
  readonly by: 'tasks' | 'slots' | undefined
  readonly paint: Paint
}

interface Row {
  readonly label: string
  readonly bar: readonly Span[]
  readonly note: string
}

type Shown = Pick<Simulation, 'tasks' | 'makespanMs' | 'criticalPath' | 'peakConcurrency'>

/** When what runs: a row a task, or a row a slot, under an axis. Nothing for a run that takes no time. */
export function timelineLines(simulation: Shown, options: TimelineOptions): readonly string[] {
  const { tasks, makespanMs, criticalPath, peakConcurrency } = simulation
  if (makespanMs === 0) return []
  const { width, most, paint } = options
  const bySlot =
    options.by === 'slots' || (options.by === undefined && tasks.length > most && peakConcurrency <= most)
  const critical = new Set(criticalPath)
  const shown = bySlot ? [] : shownTasks(tasks, critical, most)
  const labels = bySlot
    ? Array.from({ length: peakConcurrency }, (_, slot) => `slot ${slot + 1}`).slice(0, most)
    : shown.map(({ id }) => shownText(id))
  const labelWidth = Math.min(Math.floor(width / 3), Math.max(...labels.map(displayWidth)))
  const noteWidth = bySlot ? 5 : 11
  const columns = Math.max(10, width - labelWidth - noteWidth - 2)
  const newBar = (): Bar => new Bar(makespanMs, columns)
  const rows = bySlot
    ? slotRows(simulation, { labels, newBar, critical })
    : shown.map((task, index) => taskRow(task, labels[index]!, newBar(), critical.has(task.id)))
  const more = moreText(tasks, shown, peakConcurrency - rows.length)
  return [
    paint(`${' '.repeat(labelWidth)}  ${axisText(makespanMs, columns)}`, 'faint'),
    ...rows.map(({ label, bar, note }) => {
      const padding = ' '.repeat(Math.max(0, labelWidth - displayWidth(label)))
      const spans: Span[] = [
        [`${cutToWidth(label, labelWidth)}${padding}  `, 'plain'],
        ...bar,
        [note.padStart(noteWidth), 'faint'],
      ]
      return lineOf(spans, paint)
    }),
    ...(more === undefined ? [] : [paint(more, 'faint')]),
    legend(rows, bySlot, options),
  ]
}

/** Those on the critical path and then the longest, in the order in which they start. */
function shownTasks(
  tasks: readonly SimulatedTask[],
  critical: ReadonlySet<TaskId>,
  most: number,
): readonly SimulatedTask[] {
  if (tasks.length <= most) return tasks.toSorted(byStart)
  const isOff = ({ id }: SimulatedTask): number => (critical.has(id) ? 0 : 1)
  return tasks
    .toSorted((a, b) => isOff(a) - isOff(b) || tookMs(b) - tookMs(a))
    .slice(0, most)
    .toSorted(byStart)
}

function byStart(a: SimulatedTask, b: SimulatedTask): number {
  return a.startAt - b.startAt || a.endAt - b.endAt
}

function moreText(
  tasks: readonly SimulatedTask[],
  shown: readonly SimulatedTask[],
  slots: number,
): string | undefined {
  if (shown.length === 0) return slots > 0 ? `and ${withNoun(slots, 'more slot')}` : undefined
  if (shown.length === tasks.length) return undefined
  const known = new Set(shown)
  const longest = tasks.reduce((ms, task) => (known.has(task) ? ms : Math.max(ms, tookMs(task))), 0)
  return `and ${withNoun(tasks.length - shown.length, 'more task')}, the longest ${showMs(longest)}`
}

function taskRow(task: SimulatedTask, label: string, bar: Bar, isCritical: boolean): Row {
  bar.paint(task.readyAt, task.startAt, '·', 'faint')
  let last = task.startAt
  for (const attempt of task.attempts) {
    bar.paint(last, attempt.startAt, '┄', 'faint')
    last = attempt.endAt
  }
  for (const attempt of task.attempts) paintAttempt(bar, attempt, isCritical, '▒')
  const note = task.attempts.length === 0 ? task.status : showMs(tookMs(task))
  return { label, bar: bar.spans(), note }
}

function paintAttempt(
  bar: Bar,
  { startAt, endAt, how }: SimulatedAttempt,
  isCritical: boolean,
  plain: '▒' | '▓',
): void {
  if (how !== 'completed') bar.paint(startAt, endAt, '░', 'bad')
  else if (isCritical) bar.paint(startAt, endAt, '█', 'busy')
  else bar.paint(startAt, endAt, plain, 'plain')
}

/** Each slot's attempts, in two shades in turn. */
function slotRows(
  { tasks, makespanMs }: Shown,
  parts: {
    readonly labels: readonly string[]
    readonly newBar: () => Bar
    readonly critical: ReadonlySet<TaskId>
  },
): readonly Row[] {
  const slots = slotsOf(tasks)
  return parts.labels.map((label, slot) => {
    const bar = parts.newBar()
    let usedMs = 0
    for (const [index, { taskId, attempt }] of (slots[slot] ?? []).entries()) {
      usedMs += attempt.endAt - attempt.startAt
      paintAttempt(bar, attempt, parts.critical.has(taskId), index % 2 === 0 ? '▒' : '▓')
    }
    return { label, bar: bar.spans(), note: `${Math.round((100 * usedMs) / makespanMs)}%` }
  })
}

/** What the signs mean that are to be seen. */
function legend(rows: readonly Row[], bySlot: boolean, { width, paint }: TimelineOptions): string {
  const seen = rows.flatMap(({ bar }) => bar.map(([text]) => text)).join('')
  const meanings: readonly (readonly [string, string, Span[1]])[] = [
    ['█', 'on the critical path', 'busy'],
    ['▒', bySlot ? 'and ▓ other tasks' : 'other tasks', 'plain'],
    ['·', 'waits for its turn', 'faint'],
    ['░', 'fails, or is ended', 'bad'],
    ['┄', 'waits for another attempt', 'faint'],
  ]
  const spans = meanings
    .filter(([sign]) => seen.includes(sign))
    .flatMap(([sign, meaning, tone], index): Span[] => [
      [`${index === 0 ? '' : '   '}${sign}`, tone],
      [` ${meaning}`, 'faint'],
    ])
  return rowOf(spans, width, paint)
}

function tookMs({ attempts }: SimulatedTask): number {
  return attempts.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0)
}
