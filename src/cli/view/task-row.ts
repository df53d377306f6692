import type { Explanation, WaitsFor } from '../../events/explanation.ts'
import type { TaskView } from '../../events/task-view.ts'
import { inColumns, type Span } from '../screen/spans.ts'
import type { RunProgress } from './run-progress.ts'
import { tickingTime } from './show-time.ts'

export interface TaskRowOptions {
  readonly progress: RunProgress
  /** How many columns names take. */
  readonly nameWidth: number
  /** Of the screen. */
  readonly columns: number
  /** Epoch ms. */
  readonly now: number
  readonly why: (taskId: string) => Explanation
}

const narrow = 40
const roomy = 60
const barWidth = 10

/** A task as a row: its sign, its name, its attempt, its time, how far it is, and what it said last. */
export function taskRow(task: TaskView, options: TaskRowOptions): Span[] {
  const { progress, now, nameWidth, columns } = options
  const { status, since, startedAt = since, questions } = task
  const time = tickingTime(now - startedAt).padStart(columns < roomy ? 0 : 5)
  const who: Span[] = [
    [columns < narrow ? task.id : inColumns(task.id, nameWidth), 'strong'],
    ...attemptSpans(task, options),
  ]
  const said = saidSpans(task, progress)
  switch (status) {
    case 'starting':
      return [['◌ ', 'faint'], ...who, ['  starting', 'faint']]
    case 'running':
      if (questions.length > 0) {
        return [['? ', 'odd'], ...who, [` ${time}  asks: ${questions[0]!}`, 'odd'], ...said]
      }
      return [['● ', 'busy'], ...who, [` ${time}`, 'busy'], ...barSpans(task, columns), ...said]
    case 'stalled':
      return [['! ', 'odd'], ...who, [`  ${silence(task, options)}`, 'odd'], ...said]
    case 'stopping': {
      const forced = task.until === undefined ? '' : `, by force in ${inTime(task.until, now)}`
      return [['× ', 'odd'], ...who, [` ${time}  being ended${forced}`, 'odd'], ...said]
    }
    case 'dispatched':
      return heldRow(task, who, said, options)
    case 'pending':
    case 'ready':
      return [['○ ', 'faint'], ...who, ['  ', 'plain'], [waitText(options.why(task.id)), 'faint']]
    case 'completed':
      return [['✓ ', 'good'], ...who, [` in ${tickingTime(since - startedAt)}`, 'good'], ...said]
    case 'failed':
      return [['✗ ', 'bad'], ...who, ['  failed', 'bad'], ...failureSpans(task)]
    case 'killed':
      return [['✗ ', 'bad'], ...who, ['  was killed', 'bad']]
    case 'skipped':
      return [['- ', 'odd'], ...who, ['  was skipped', 'odd']]
  }
}

/** It has an attempt behind it, or was declined, and waits for the next one, an answer, or room. */
function heldRow(
  task: TaskView,
  who: readonly Span[],
  said: readonly Span[],
  options: TaskRowOptions,
): Span[] {
  const { until, questions, since } = task
  const { now, why } = options
  if (questions.length > 0) {
    const asked = `  failed, asks what now, waits for ${tickingTime(now - since)}`
    return [['? ', 'odd'], ...who, [asked, 'odd'], ...failureSpans(task)]
  }
  if (until === undefined) return [['? ', 'odd'], ...who, ['  ', 'plain'], [waitText(why(task.id)), 'odd']]
  return [
    ['↻ ', 'odd'],
    ...who,
    [` in ${inTime(until, now)}`, 'odd'],
    ...(said.length === 0 ? failureSpans(task) : said),
  ]
}

/** Only where there has been, or may be, more than one: `attempt 2 of 4`. */
function attemptSpans(
  { id, attempt, status, until }: TaskView,
  { progress, columns }: TaskRowOptions,
): Span[] {
  const most = progress.maxAttempts(id)
  // While it waits to be tried again, the attempt that comes is what matters.
  const shown = status === 'dispatched' && until !== undefined ? attempt + 1 : attempt
  if (shown < 2) return []
  // After a redrive there may be more than its policy has.
  const of = most >= shown && Number.isFinite(most) ? ` of ${most}` : ''
  return [[columns < narrow ? ` #${shown}` : ` attempt ${shown}${of}`, 'odd']]
}

function silence({ id, since, until }: TaskView, { progress, now }: TaskRowOptions): string {
  const silent = `silent for ${tickingTime(now - (progress.silentSince(id) ?? since))}`
  return until === undefined
    ? `${silent}, nothing ends it`
    : `${silent}, to be ended in ${inTime(until, now)}`
}

function barSpans({ progress }: TaskView, columns: number): Span[] {
  if (progress === undefined) return []
  const percent = Math.max(0, Math.min(100, progress.percent))
  const full = Math.floor((percent * barWidth) / 100)
  const words = ` ${Math.round(percent)} %`
  if (columns < narrow) return [[words, 'busy']]
  return [
    [`  ${'█'.repeat(full)}`, 'busy'],
    ['░'.repeat(barWidth - full), 'faint'],
    [words, 'busy'],
  ]
}

function saidSpans({ id }: TaskView, progress: RunProgress): Span[] {
  const line = progress.lastLine(id)
  if (line === '') return []
  return [
    ['  ', 'plain'],
    [line, line.includes('\u001b') ? 'own' : 'faint'],
  ]
}

function failureSpans({ failure }: TaskView): Span[] {
  return failure === undefined
    ? []
    : [
        ['  ', 'plain'],
        [failure.message, 'faint'],
      ]
}

/** Rounded up, so that half a second is not shown as 0. */
function inTime(until: number, now: number): string {
  return tickingTime(until - now + 999)
}

/** What a task waits for, as short as can be. */
export function waitText({ waitsFor, sentence, taskId, status }: Explanation): string {
  const [first] = waitsFor
  if (first !== undefined) return `waits ${shortWait(first)}`
  const start = `${taskId} is `
  return sentence.startsWith(start) ? sentence.slice(start.length) : status
}

function shortWait(wait: WaitsFor): string {
  switch (wait.kind) {
    case 'dependencies':
      return `for ${wait.taskIds.join(', ')}`
    case 'room':
      return 'for room'
    case 'run':
      return wait.state === 'paused' ? 'until the run is resumed' : `in vain: the run is ${wait.state}`
    case 'slot':
      return wait.limit === 0 ? 'for a slot, of which there are 0' : `for one of ${wait.limit} slots`
    case 'pool':
      return `for ${wait.amount} of ${wait.pool}${wait.heldBy.length === 0 ? '' : `, held by ${wait.heldBy.join(', ')}`}`
    case 'executor':
      return `for the executor ${wait.executor}, which is full`
    case 'instant':
      return `for its ${wait.what}`
    case 'answer':
      return `for an answer: ${wait.question}`
    case 'store':
      return `for the store`
  }
}
