import type { Failure, TaskId } from '../../../machines/outcome.ts'
import { criticalPathOf, tookMs } from '../../events/critical-path-of.ts'
import type { Plan } from '../../graph/plan.ts'
import type { RunResult } from '../../events/run-result.ts'
import { showMs } from '../../time/show-ms.ts'
import type { Paint } from '../screen/colours.ts'
import { colouredText, shownText } from '../../text/shown-text.ts'
import { agentLines } from './agents-summary.ts'
import type { RunProgress } from './run-progress.ts'

export interface SummaryOptions {
  readonly plan: Pick<Plan, 'structure'>
  readonly progress: RunProgress
  readonly paint: Paint
  /** Where the output of the tasks is kept, if anywhere. */
  readonly logDir?: string
}

/** How many root causes are printed with their output. Further ones are only named. */
const mostCauses = 10
const mostNames = 8
const mostOnPath = 12
const mostSlow = 5

/**
 * The lines after a run: where the time went, what went wrong, what followed from it, and at last how the run ended.
 */
export function summaryLines(result: RunResult, options: SummaryOptions): string[] {
  const { paint, logDir } = options
  return [
    ...timeLines(result, options),
    ...whoLines(options),
    ...causeLines(result, options),
    ...oddLines(result, paint),
    ...(logDir === undefined ? [] : [paint(`logs: ${logDir}`, 'faint')]),
    endLine(result, paint),
  ]
}

/** Where the time went. Nothing for a run with so few tasks that it is obvious. */
function timeLines({ durationMs }: RunResult, { plan, progress, paint }: SummaryOptions): string[] {
  const { tasks } = progress
  const took = (id: TaskId): number => tookMs(tasks.get(id))
  const waited = (id: TaskId): number => Math.min(progress.waitedMs(id), took(id))
  const worked = (id: TaskId): number => took(id) - waited(id)
  const path = criticalPathOf({ structure: plan.structure, tasks })
  const ids = path.ids.filter((id) => took(id) > 0)
  if (ids.length < 2) return []
  const timed = (id: TaskId): string => {
    const beside = waited(id) === 0 ? '' : ` (and ${showMs(waited(id))} waiting)`
    return `  ${showMs(worked(id)).padStart(10)}  ${shownText(id)}${beside}`
  }
  const waitedMs = ids.reduce((sum, id) => sum + waited(id), 0)
  const ofIt = waitedMs === 0 ? '' : `, ${showMs(waitedMs)} of it waiting`
  const onPath = new Set(ids)
  const slowest =
    plan.structure.length <= mostSlow
      ? []
      : plan.structure
          .filter(({ id }) => worked(id) > 0)
          .toSorted((a, b) => worked(b.id) - worked(a.id))
          .slice(0, mostSlow)
  return [
    paint(`critical path: ${showMs(path.length)} of ${showMs(durationMs)}${ofIt}`, 'strong'),
    ...inTheMiddle(ids, timed),
    // Not if they are the same tasks again.
    ...(slowest.every(({ id }) => onPath.has(id))
      ? []
      : [paint('slowest tasks:', 'strong'), ...slowest.map(({ id }) => timed(id))]),
  ]
}

/** Who did what, for a run with agents. */
function whoLines({ progress, paint }: SummaryOptions): string[] {
  const lines = agentLines(progress.tasks.values())
  return lines.length === 0 ? [] : [paint('agents:', 'strong'), ...lines.map((line) => `  ${line}`)]
}

function inTheMiddle(ids: readonly TaskId[], timed: (id: TaskId) => string): string[] {
  if (ids.length <= mostOnPath) return ids.map(timed)
  const half = mostOnPath / 2
  return [
    ...ids.slice(0, half).map(timed),
    `  … ${ids.length - mostOnPath} more …`,
    ...ids.slice(-half).map(timed),
  ]
}

function causeLines(result: RunResult, { progress, paint }: SummaryOptions): string[] {
  const skippedBy = skippedByCause(result)
  const followed = (taskId: TaskId): string[] => {
    const skipped = skippedBy.get(taskId)
    return skipped === undefined ? [] : [`  skipped because of it: ${listed(skipped)}`]
  }
  const shown = result.rootCauses
    .slice(0, mostCauses)
    .flatMap(({ taskId, failure }) => [
      killedLine(taskId) ??
        `${paint(`${shownText(taskId)} failed`, 'bad')}${attempts(result, progress, taskId)}: ${shownText(failure.message)}`,
      ...outputOf(failure).map((line) => `  ${paint('|', 'faint')} ${paint(colouredText(line), 'own')}`),
      ...followed(taskId),
    ])
  const rest = result.rootCauses.slice(mostCauses).map(({ taskId }) => taskId)
  const causes = new Set(result.rootCauses.map(({ taskId }) => taskId))
  const killed = Object.keys(result.outcomes).flatMap((taskId) => {
    const line = skippedBy.has(taskId) && !causes.has(taskId) ? killedLine(taskId) : undefined
    return line === undefined ? [] : [line, ...followed(taskId)]
  })
  const declined = Object.entries(result.outcomes).flatMap(([taskId, outcome]) =>
    outcome.status === 'skipped' && outcome.because === 'answered'
      ? [`${paint(`${shownText(taskId)} was not to start`, 'odd')}: the answer was no`, ...followed(taskId)]
      : [],
  )
  return [
    ...shown,
    ...(rest.length === 0 ? [] : [paint(`and ${rest.length} more failed: ${listed(rest)}`, 'bad')]),
    ...killed,
    ...declined,
  ]

  function killedLine(taskId: TaskId): string | undefined {
    const outcome = result.outcomes[taskId]
    if (outcome?.status !== 'killed') return undefined
    // Nobody gave a reason: 'killed' is the one that stands for none.
    const why = outcome.reason === 'killed' ? '' : `: ${shownText(outcome.reason)}`
    return `${paint(`${shownText(taskId)} was killed`, 'bad')}${why}`
  }
}

function attempts({ deadLetters }: RunResult, progress: RunProgress, taskId: TaskId): string {
  const attempt = progress.tasks.get(taskId)?.attempt ?? 1
  if (attempt < 2) return ''
  return deadLetters.includes(taskId) ? ` (dead letter after ${attempt} attempts)` : ` (attempt ${attempt})`
}

/** A skipped task may itself be named as a cause, so causes are followed to the first one. */
function skippedByCause({ consequences }: RunResult): ReadonlyMap<TaskId, readonly TaskId[]> {
  const causeOf = new Map(consequences.map(({ taskId, causedBy }) => [taskId, causedBy]))
  const skippedBy = new Map<TaskId, TaskId[]>()
  for (const { taskId, causedBy } of consequences) {
    let cause = causedBy
    for (let next = cause; next !== undefined; next = causeOf.get(next)) cause = next
    if (cause === undefined) continue
    const skipped = skippedBy.get(cause)
    if (skipped === undefined) skippedBy.set(cause, [taskId])
    else skipped.push(taskId)
  }
  return skippedBy
}

function outputOf(failure: Failure & { readonly output?: readonly string[] }): readonly string[] {
  return failure.output ?? []
}

function oddLines(result: RunResult, paint: Paint): string[] {
  const ignored = Object.entries(result.outcomes).flatMap(([taskId, outcome]) =>
    outcome.status === 'failed' && outcome.ignored ? [taskId] : [],
  )
  return [
    ...(ignored.length === 0 ? [] : [paint(`failed, which is ignored: ${listed(ignored)}`, 'odd')]),
    ...(result.abandoned.length === 0
      ? []
      : [paint(`could not be ended and may still run: ${listed(result.abandoned)}`, 'bad')]),
  ]
}

function endLine(result: RunResult, paint: Paint): string {
  const counts = (['completed', 'failed', 'killed', 'skipped'] as const).flatMap((status) =>
    result.counts[status] === 0 ? [] : [`${result.counts[status]} ${status}`],
  )
  const why = result.failure?.message ?? (result.status === 'killed' ? result.reason : undefined)
  const status = result.status === 'killed' ? 'was killed' : result.status
  const head = paint(`${shownText(result.name)} ${status}`, result.status === 'completed' ? 'good' : 'bad')
  const tail = counts.length === 0 ? 'it has no tasks' : counts.join(', ')
  return `${head} after ${showMs(result.durationMs)}: ${tail}${why === undefined ? '' : ` (${shownText(why)})`}`
}

function listed(ids: readonly TaskId[]): string {
  const named = ids.slice(0, mostNames).map(shownText).join(', ')
  return ids.length <= mostNames ? named : `${named} and ${ids.length - mostNames} more`
}
