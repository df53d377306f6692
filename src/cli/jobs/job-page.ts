import { doersInWords } from '../../events/agents-in-words.ts'
import type { JobDetails, JobTask } from '../../jobs/job.ts'
import { listed } from '../../text/listed.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Tone } from '../screen/colours.ts'
import { inColumns, lineOf, rowOf, type Span } from '../screen/spans.ts'
import { displayWidth } from '../screen/text-width.ts'
import { jobBar, jobPercent, lookOf, shortAge, shownLength } from './job-look.ts'
import { messageOf, type TableOptions } from './job-table.ts'

export interface PageOptions extends TableOptions {
  /** Names every task. Otherwise those that wait or are completed are only counted where there are many. */
  readonly isWhole: boolean
}

const mostQuiet = 20
const widestName = 40
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
  const width = Math.min(widestName, Math.max(0, ...tasks.map(({ id }) => displayWidth(shownText(id)))))
  const rows = (some: readonly JobTask[]): string[] => some.map((task) => line(taskSpans(task, width)))
  const heads = causes.length + consequences.length > 0
  return [
    line(statusSpans(details)),
    line(aboutSpans(details, options.now)),
    ...section('what failed', causes.length > 0, rows(causes)),
    ...section('skipped because of that', consequences.length > 0, rows(consequences)),
    ...section(heads ? 'other tasks' : 'tasks', named.length + counted.length > 0, [
      ...rows(named),
      ...(counted.length === 0 ? [] : [line([[`  and ${counted.join(', ')}: --all names them`, 'faint']])]),
    ]),
    ...askingLines(details, line),
  ]

  function section(head: string, isShown: boolean, lines: readonly string[]): readonly string[] {
    return isShown ? ['', line([[head, 'faint']]), ...lines] : []
  }
}

/** `RUNNING [██████░░░░░░░░░░░░░░] 30% Processing files…` */
export function statusSpans(
  details: Pick<JobDetails, 'status' | 'progress' | 'message' | 'reason' | 'isAsking'>,
): readonly Span[] {
  const { tone } = lookOf(details)
  const status: Tone = tone === 'faint' ? 'strong' : tone
  return [
    [details.status.toUpperCase(), status],
    [` [${jobBar(details)}] ${jobPercent(details)} `, tone],
    [messageOf(details), 'plain'],
  ]
}

function aboutSpans(details: JobDetails, now: number): readonly Span[] {
  const { id, name, project, labels, dispatchedAt, startedAt, settledAt, notBefore, after = [] } = details
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
  return [
    [`${id}  `, 'plain'],
    [name, 'strong'],
    [`  ${facts.join(' · ')}`, 'faint'],
  ]
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
    [`  ${saidBy(task)}`, 'plain'],
  ]
}

function attemptOf(attempt: number, most: number | null): string {
  // One that its supervisor cut off by dying does not count.
  return most === null || attempt > most ? `attempt ${attempt}` : `attempt ${attempt} of ${most}`
}

function saidBy({ status, failure, message = '', skipped, questions }: JobTask): string {
  const [question] = questions
  if (question !== undefined) return question
  if (skipped !== undefined) {
    return skipped.by === undefined ? skipped.reason : `${skipped.reason}: ${skipped.by}`
  }
  return status === 'completed' ? message : (failure?.message ?? message)
}

/** How to answer what is asked. */
function askingLines({ id, tasks }: JobDetails, line: (spans: readonly Span[]) => string): readonly string[] {
  const asking = tasks.find(({ questions }) => questions.length > 0)
  return asking === undefined
    ? []
    : [
        '',
        line([
          [`dagmar answer ${id} ${shellWordOf(asking.id)} <answer>`, 'strong'],
          [' answers it', 'faint'],
        ]),
      ]
}

function shellWordOf(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${shownText(text).replaceAll("'", String.raw`'\''`)}'`
}
