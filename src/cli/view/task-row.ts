import { answerText } from '../../events/fact-in-words.ts'
import type { Explanation, WaitsFor } from '../../events/explanation.ts'
import { refusedInWords } from '../../events/refusals-in-words.ts'
import { askedBy, type TaskView } from '../../events/task-view.ts'
import { inColumns, type Span, widthOf } from '../screen/spans.ts'
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

/**
 * A task as a row: its sign, its name, its attempt, its time, how far it is, and what it said last. Where it is in
 * trouble and that is too long for a row, what it said last has one of its own.
 */
export function taskRows(task: TaskView, options: TaskRowOptions): readonly Span[][] {
  const { progress, columns } = options
  const said = saidSpans(task, progress)
  const head = headSpans(task, options)
  const whole = [...head, ...said]
  const isOne = said.length === 0 || !isInTrouble(task) || widthOf(whole) < columns
  return isOne ? [whole] : [head, said]
}

/** True for a task that a person may want to act on. */
function isInTrouble({ status, questions }: TaskView): boolean {
  return status === 'stalled' || status === 'stopping' || questions.length > 0
}

function headSpans(task: TaskView, options: TaskRowOptions): Span[] {
  const { now, nameWidth, columns } = options
  const { status, since, startedAt = since, questions, outcome } = task
  const time = tickingTime((outcome === undefined ? now : since) - startedAt).padStart(
    columns < roomy ? 0 : 5,
  )
  const who: Span[] = [
    [columns < (isInTrouble(task) ? roomy : narrow) ? task.id : inColumns(task.id, nameWidth), 'strong'],
    ...attemptSpans(task, options),
  ]
  switch (status) {
    case 'starting':
      return [['◌ ', 'faint'], ...who, ['  starting', 'faint']]
    case 'running':
      if (questions.length > 0) {
        const asked = tickingTime(now - (options.progress.askedSince(task.id) ?? now))
        return [
          ['? ', 'odd'],
          ...who,
          [`  asks for ${asked}${limit(task, options)}: ${questions[0]!}`, 'odd'],
        ]
      }
      return [['● ', 'busy'], ...who, [` ${time}`, 'busy'], ...barSpans(task, columns)]
    case 'stalled':
      return [['! ', 'odd'], ...who, [`  ${silence(task, options)}`, 'odd']]
    case 'stopping': {
      const forced = task.until === undefined ? '' : `, by force in ${inTime(task.until, now)}`
      return [['× ', 'odd'], ...who, [` ${time}  being ended${forced}`, 'odd']]
    }
    case 'dispatched':
      return heldRow(task, who, options)
    case 'pending':
    case 'ready':
      return [['○ ', 'faint'], ...who, ['  ', 'plain'], [waitText(options.why(task.id)), 'faint']]
    case 'completed':
      return [['✓ ', 'good'], ...who, [` ${time}`, 'good']]
    case 'failed':
      return [['✗ ', 'bad'], ...who, ['  failed', 'bad']]
    case 'killed':
      return [['✗ ', 'bad'], ...who, ['  was killed', 'bad']]
    case 'skipped':
      return [['- ', 'odd'], ...who, ['  was skipped', 'odd']]
  }
}

/** It has an attempt behind it, or was declined, and waits for the next one, an answer, or room. */
function heldRow(task: TaskView, who: readonly Span[], options: TaskRowOptions): Span[] {
  const { id, until, questions, since } = task
  const { now, why } = options
  if (questions.length > 0) {
    const asked = `${tickingTime(now - since)}${limit(task, options)}`
    const text =
      askedBy(task) === 'confirm'
        ? `asks for ${asked}: ${questions[0]!}`
        : `failed, asks what now for ${asked}`
    return [['? ', 'odd'], ...who, [`  ${text}`, 'odd']]
  }
  if (until === undefined) return [['? ', 'odd'], ...who, ['  ', 'plain'], [waitText(why(id)), 'odd']]
  return [['↻ ', 'odd'], ...who, [` in ${inTime(until, now)}`, 'odd']]
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

function silence({ id, since, until }: TaskView, { progress, now, columns }: TaskRowOptions): string {
  const isWide = columns >= roomy
  const silent = `silent ${isWide ? 'for ' : ''}${tickingTime(now - (progress.silentSince(id) ?? since))}`
  if (until === undefined) return `${silent}, nothing ends it`
  return `${silent}, ${isWide ? 'to be ended' : 'ended'} in ${inTime(until, now)}`
}

/** What will happen if nobody answers. */
function limit({ id }: TaskView, { why, now }: TaskRowOptions): string {
  const ends = why(id).waitsFor.flatMap((one) => {
    if (one.kind === 'instant') return [one]
    if (one.kind !== 'answer' || one.until === undefined) return []
    const { until: at, defaultAnswer } = one
    return [{ at, what: defaultAnswer === undefined ? 'gives up' : `answers ${answerText(defaultAnswer)}` }]
  })
  const first = ends.toSorted((a, b) => a.at - b.at)[0]
  return first === undefined ? '' : `, ${first.what} in ${inTime(first.at, now)}`
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

/** The last line that it wrote, or why it failed. */
function saidSpans({ id, status, failure }: TaskView, progress: RunProgress): Span[] {
  if (saysNothing.has(status)) return []
  const line = status === 'failed' ? '' : progress.lastLine(id).replace(indentation, '$1')
  const said = line === '' ? failure?.message : line
  if (said === undefined) return []
  return [
    ['  ', 'plain'],
    [said, line.includes('\u001b') ? 'own' : 'faint'],
  ]
}

const saysNothing: ReadonlySet<TaskView['status']> = new Set([
  'pending',
  'ready',
  'starting',
  'killed',
  'skipped',
])

/** Blanks at the beginning of a line, behind colours. */
// oxlint-disable-next-line no-control-regex
const indentation = /^((?:\u001b\[[\d;:]*m)*)\s+/

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
    case 'agent':
      return `for an agent${wait.considered.length === 0 ? '' : `: ${refusedInWords(wait.considered)}`}`
    case 'claim':
      return `for its claim, for ${wait.agentId}`
    case 'instant':
      return `for its ${wait.what}`
    case 'answer':
      return `for an answer: ${wait.question}`
    case 'store':
      return `for the store`
  }
}
