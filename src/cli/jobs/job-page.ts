import { doersInWords } from '../../events/agents-in-words.ts'
import type { JobDetails, JobTask } from '../../jobs/job.ts'
import { listed } from '../../text/listed.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Tone } from '../screen/colours.ts'
import { inColumns, lineOf, rowOf, type Span, widthOf } from '../screen/spans.ts'
import { displayWidth, wrapped } from '../screen/text-width.ts'
import { jobBar, jobPercent, lookOf, shortAge, shownLength } from './job-look.ts'
import { messageOf, type TableOptions } from './job-table.ts'

export interface PageOptions extends TableOptions {
  /** Names every task. Otherwise those that wait or are completed are only counted where there are many. */
  readonly isWhole: boolean
}

const mostQuiet = 20
const widestName = 40
/** Of a name, however narrow the terminal. */
const leastName = 8
/** Lines of what is said in full: more would bury what stands below. */
const mostBelow = 6
const quiet: ReadonlySet<JobTask['status']> = new Set(['pending', 'ready', 'completed'])

/** A job and its tasks: how it stands, what failed by itself, what was skipped because of that, and the rest. */
export function jobPage(details: JobDetails, options: PageOptions): readonly string[] {
  const { columns = Number.POSITIVE_INFINITY, paint } = options
  const { tasks } = details
  const line = (spans: readonly Span[]): string =>
    (Number.isFinite(columns) ? rowOf(spans, columns, paint) : lineOf(spans, paint)).trimEnd()
  const consequences = tasks.filter(
    ({ status, skipped }) => status === 'skipped' && skipped?.by !== undefined,
  )
  const skippedBy = new Set(consequences.map(({ skipped }) => skipped?.by))
  // What was killed is the cause of what was skipped behind it, too.
  const causes = tasks.filter(
    ({ id, status, isRootCause }) => isRootCause || (status === 'killed' && skippedBy.has(id)),
  )
  const others = tasks.filter((task) => !causes.includes(task) && !consequences.includes(task))
  const [named, counted] = options.isWhole ? [others, []] : withoutQuiet(others)
  const width = Math.min(
    Math.max(leastName, Math.floor(columns / 3)),
    widestName,
    Math.max(0, ...tasks.map(({ id }) => displayWidth(shownText(id)))),
  )
  /** What is said in full: beside the rest where that fits, else below it. */
  const whole = (spans: readonly Span[], said: Span, indent: string): readonly string[] => {
    if (widthOf([...spans, said]) <= columns) return [line([...spans, said])]
    const below = wrapped(shownText(said[0]).trimStart(), Math.max(1, columns - indent.length))
    return [line(spans), ...below.slice(0, mostBelow).map((text) => line([[indent + text, said[1]]]))]
  }
  const rows = (some: readonly JobTask[]): string[] =>
    some.flatMap((task) => {
      const spans = taskSpans(task, width)
      const said: Span = [`  ${saidBy(task)}`, 'plain']
      // What somebody may have to act on is not cut.
      return speaks(task) ? whole(spans, said, '      ') : [line([...spans, said])]
    })
  const heads = causes.length + consequences.length > 0
  return [
    ...whole(statusSpans(details), [messageOf(details), 'plain'], '  '),
    ...whole(
      [
        [`${details.id}  `, 'plain'],
        [details.name, 'strong'],
      ],
      [`  ${aboutOf(details, options.now)}`, 'faint'],
      '  ',
    ),
    ...section('what failed', causes.length > 0, rows(causes)),
    ...section('skipped because of that', consequences.length > 0, rows(consequences)),
    ...section(heads ? 'other tasks' : 'tasks', named.length + counted.length > 0, [
      ...rows(named),
      ...(counted.length === 0 ? [] : [line([[`  and ${counted.join(', ')}: --all names them`, 'faint']])]),
    ]),
    ...askingLines(details, paint),
  ]

  function section(head: string, isShown: boolean, lines: readonly string[]): readonly string[] {
    return isShown ? ['', line([[head, 'faint']]), ...lines] : []
  }
}

/** `RUNNING [██████░░░░░░░░░░░░░░] 30% ` */
function statusSpans(details: JobDetails): readonly Span[] {
  const { tone } = lookOf(details)
  const status: Tone = tone === 'faint' ? 'strong' : tone
  return [
    [details.status.toUpperCase(), status],
    [` [${jobBar(details)}] ${jobPercent(details)} `, tone],
  ]
}

function aboutOf(details: JobDetails, now: number): string {
  const { project, labels, dispatchedAt, startedAt, settledAt, notBefore, after = [] } = details
  const facts = [
    `project ${project}`,
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    `dispatched ${shortAge(now - dispatchedAt)} ago`,
    ...(startedAt === undefined
      ? []
      : [
          settledAt === undefined
            ? `at work for ${shownLength(now - startedAt)}`
            : `took ${shownLength(settledAt - startedAt)}`,
        ]),
    ...(startedAt === undefined && notBefore !== undefined && notBefore > now
      ? [`starts in ${shownLength(notBefore - now)}`]
      : []),
    ...(startedAt === undefined && after.length > 0 ? [`waits for ${listed(after)}`] : []),
  ]
  return facts.join(' · ')
}

/** What is quiet is only counted where there is much of it. */
function withoutQuiet(
  tasks: readonly JobTask[],
): readonly [named: readonly JobTask[], counted: readonly string[]] {
  const still = tasks.filter(({ status }) => quiet.has(status))
  if (still.length <= mostQuiet) return [tasks, []]
  const counts = [...quiet].flatMap((status) => {
    const count = still.filter((task) => task.status === status).length
    return count === 0 ? [] : [`${count} ${status}`]
  })
  return [tasks.filter(({ status }) => !quiet.has(status)), counts]
}

interface TaskLook {
  readonly sign: string
  readonly tone: Tone
}

const taskLooks: Readonly<Record<JobTask['status'], TaskLook>> = {
  pending: { sign: '○', tone: 'faint' },
  ready: { sign: '○', tone: 'faint' },
  dispatched: { sign: '↻', tone: 'odd' },
  starting: { sign: '◌', tone: 'faint' },
  running: { sign: '●', tone: 'busy' },
  stalled: { sign: '!', tone: 'odd' },
  stopping: { sign: '×', tone: 'odd' },
  completed: { sign: '✓', tone: 'good' },
  failed: { sign: '✗', tone: 'bad' },
  killed: { sign: '✗', tone: 'bad' },
  skipped: { sign: '-', tone: 'odd' },
}

function taskSpans(task: JobTask, width: number): readonly Span[] {
  const { id, status, attempt, maxAttempts, tookMs, progress, questions, agents } = task
  const doers = agents === undefined ? undefined : doersInWords(agents)
  const { sign, tone } = questions.length > 0 ? { sign: '?', tone: 'odd' as const } : taskLooks[status]
  const details = [
    questions.length > 0 ? 'asks' : status,
    ...(attempt > 1 ? [attemptOf(attempt, maxAttempts)] : []),
    ...(doers === undefined ? [] : [shownText(doers)]),
    ...(tookMs === undefined ? [] : [shownLength(tookMs)]),
    ...(progress === undefined || status !== 'running' ? [] : [jobPercent({ progress })]),
  ]
  return [
    [`  ${sign} `, tone],
    [inColumns(id, width), 'strong'],
    [`  ${details.join('  ')}`, tone],
  ]
}

function attemptOf(attempt: number, most: number | null): string {
  // One that its supervisor cut off by dying does not count.
  return most === null || attempt > most ? `attempt ${attempt}` : `attempt ${attempt} of ${most}`
}

function speaks({ status, questions }: JobTask): boolean {
  return questions.length > 0 || status === 'failed' || status === 'killed' || status === 'skipped'
}

function saidBy({ status, failure, message = '', skipped, questions }: JobTask): string {
  const [question] = questions
  if (question !== undefined) return question
  if (skipped !== undefined) {
    return skipped.by === undefined ? skipped.reason : `${skipped.reason}: ${skipped.by}`
  }
  return status === 'completed' ? message : (failure?.message ?? message)
}

/** How to answer what is asked: a command to copy, so that a narrow terminal breaks it and nothing of it is cut. */
function askingLines({ id, tasks }: JobDetails, paint: TableOptions['paint']): readonly string[] {
  const asking = tasks.find(({ questions }) => questions.length > 0)
  if (asking === undefined) return []
  const call = `dagmar answer ${id} ${shellWordOf(asking.id)} <answer>`
  return [
    '',
    lineOf(
      [
        [call, 'strong'],
        [' answers it', 'faint'],
      ],
      paint,
    ),
  ]
}

function shellWordOf(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${shownText(text).replaceAll("'", String.raw`'\''`)}'`
}
