import type { TaskId } from '../../../machines/outcome.ts'
import type { TaskView } from '../../events/task-view.ts'
import type { Explanation } from '../../events/explanation.ts'
import { shownText } from '../../text/shown-text.ts'
import { rowOf, type Span } from '../screen/spans.ts'
import type { Paint } from '../screen/colours.ts'
import { displayWidth } from '../screen/text-width.ts'
import { counterSpans } from './counter.ts'
import type { RunProgress } from './run-progress.ts'
import { tickingTime } from './show-time.ts'

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
}

/**
 * The rows of the live block: at least one, at most as many as the screen has, and narrower than it. The cost depends
 * on how many tasks run, not on the size of the dag.
 */
export function frameOf(progress: RunProgress, options: FrameOptions): string[] {
  // The last column stays empty, because terminals differ in what they do after a character there.
  const columns = options.columns - 1
  const most = mostRows(options.rows)
  const row = (spans: readonly Span[]): string => rowOf(spans, columns, options.paint)
  const head = [row(counterSpans(progress, options.now, columns))]
  const foot = options.prompt === undefined ? [] : [row(promptSpans(options.prompt, columns))]
  const room = most - head.length - foot.length
  if (room < 0) return foot
  return [...head, ...taskRows(progress, options, room, row), ...foot]
}

/** A tall screen keeps a third for the lines above the block, a low one a single row. */
function mostRows(rows: number): number {
  return Math.max(1, rows < 12 ? rows - 1 : Math.floor((rows * 2) / 3))
}

/** The end must be visible, because that is where one types. */
function promptSpans(prompt: string, columns: number): Span[] {
  const over = displayWidth(prompt) - columns + 1
  const text =
    over > 0
      ? `…${Array.from(prompt)
          .slice(over + 1)
          .join('')}`
      : prompt
  return [[text, 'strong']]
}

function taskRows(
  progress: RunProgress,
  options: FrameOptions,
  room: number,
  row: (spans: readonly Span[]) => string,
): string[] {
  const inTrouble = progress.counts.stalled + progress.counts.stopping > 0
  const first = inTrouble ? [...progress.live.values()].filter(isInTrouble) : []
  const total = progress.live.size + progress.held.size
  const shown: TaskView[] = first.slice(0, room)
  // One row is kept for saying how many are not shown.
  const most = total > room ? room - 1 : room
  if (shown.length > most) shown.length = Math.max(0, most)
  fill(shown, progress.live.values(), most, (task) => !isInTrouble(task))
  fill(shown, progress.held.values(), most, () => true)
  const width = idWidth(shown, options.columns)
  const rows = shown.map((task) => row(taskSpans(task, progress.lastLine(task.id), width, options)))
  if (total > shown.length) {
    if (room > 0) rows.push(row([[moreText(total - shown.length, progress, shown), 'faint']]))
  } else if (rows.length < room) {
    const sentence = whyNoneStarts(progress, options.why)
    if (sentence !== undefined) {
      rows.push(
        row([
          ['next: ', 'faint'],
          [shownText(sentence), 'odd'],
        ]),
      )
    }
  }
  return rows
}

/** Why the first ready task does not start. Nothing where it lacks a slot, which is normal in a busy run. */
function whyNoneStarts({ ready, live }: RunProgress, why: FrameOptions['why']): string | undefined {
  const next = ready.values().next().value
  if (next === undefined) return undefined
  const { sentence, waitsFor } = why(next.id)
  return live.size === 0 || waitsFor.some(({ kind }) => kind !== 'slot') ? sentence : undefined
}

function isInTrouble({ status }: TaskView): boolean {
  return status === 'stalled' || status === 'stopping'
}

function fill(
  shown: TaskView[],
  tasks: Iterable<TaskView>,
  most: number,
  which: (task: TaskView) => boolean,
): void {
  for (const task of tasks) {
    if (shown.length >= most) return
    if (which(task)) shown.push(task)
  }
}

function moreText(count: number, { live }: RunProgress, shown: readonly TaskView[]): string {
  const running = live.size - shown.filter(({ id }) => live.has(id)).length
  const parts = [
    ...(running > 0 ? [`${running} more running`] : []),
    ...(count > running ? [`${count - running} more held`] : []),
  ]
  return `… and ${parts.join(', ')}`
}

function idWidth(shown: readonly TaskView[], columns: number): number {
  const longest = shown.reduce((width, { id }) => Math.max(width, displayWidth(shownText(id))), 0)
  return Math.min(longest, Math.max(6, Math.floor(columns / 3)))
}

function taskSpans(
  task: TaskView,
  lastLine: string,
  width: number,
  { now, why, columns }: FrameOptions,
): Span[] {
  const { status, until, since, startedAt = since, questions } = task
  const time = tickingTime(now - startedAt)
  const name = columns < 40 ? shownText(task.id) : fitted(shownText(task.id), width)
  const again: Span[] = task.attempt > 1 ? [[` #${task.attempt}`, 'odd']] : []
  const who: Span[] = [[name, 'strong'], ...again]
  if (status === 'stalled') return [['! ', 'odd'], ...who, [` ${time}  `, 'odd'], [reason(task, why), 'odd']]
  if (status === 'stopping') return [['× ', 'odd'], ...who, [` ${time}  `, 'odd'], ['being ended', 'odd']]
  if (status === 'starting') return [['◌ ', 'faint'], ...who, ['  starting', 'faint']]
  if (status === 'running') return [['● ', 'busy'], ...who, [` ${time}  `, 'busy'], [lastLine, 'faint']]
  if (questions.length > 0) return [['? ', 'odd'], ...who, ['  asks what now', 'odd']]
  if (until === undefined) return [['? ', 'odd'], ...who, ['  ', 'plain'], [reason(task, why), 'odd']]
  // Rounded up, so that half a second is not shown as 0.
  return [['↻ ', 'odd'], ...who, [` in ${tickingTime(until - now + 999)}  `, 'odd'], [lastLine, 'faint']]
}

/** The sentence of `run.why` without the task's name, with which the row begins already. */
function reason(task: TaskView, why: FrameOptions['why']): string {
  const { sentence } = why(task.id)
  const start = `${task.id} is `
  return shownText(sentence.startsWith(start) ? sentence.slice(start.length) : sentence)
}

function fitted(name: string, width: number): string {
  const cut = rowOf([[name, 'plain']], width, (text) => text)
  return cut + ' '.repeat(Math.max(0, width - displayWidth(cut)))
}
