import type { TaskId } from '../../../machines/outcome.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { RunFact } from '../../events/facts.ts'
import { type AnyDag, type Plan, planOf } from '../../graph/plan.ts'
import { didYouMean } from '../../graph/read-values.ts'
import { type FactSource, factsOf } from '../facts/facts-of.ts'
import { groupedBy } from './grouped-by.ts'
import { lineOf } from '../facts/story.ts'
import { everyRunSettles, killIsFinal } from './endings.ts'
import { type GuaranteeNumber, guarantees } from './guarantee-words.ts'
import type { Finding, Invariant, Judged, Limits } from './judged.ts'
import { limitsHold } from './limits.ts'
import { factsFollow, runFactsFollow } from './order.ts'
import { attemptsStayInPolicy } from './policy.ts'
import { hasOneLiveAttempt, startsOnlyWhenRuleIsMet } from './starts.ts'

export interface InvariantOptions {
  /** How many tasks of a run may hold a slot at once. @default the plan's; where it has none there is no limit */
  readonly concurrency?: number
  /** Pools by name, in addition to the plan's. */
  readonly pools?: Readonly<Record<string, number>>
  /** Capacities of executors by name. @default none is limited */
  readonly capacities?: Readonly<Record<string, number>>
  /** True when no more facts will come, so that a run without an end breaks guarantee 4. @default false */
  readonly ended?: boolean
}

/** A guarantee that the facts of a run break. */
export interface Breach {
  readonly guarantee: GuaranteeNumber
  /** The guarantee, word for word. */
  readonly words: string
  readonly runId: string
  readonly taskId?: TaskId
  /** The fact that broke it. */
  readonly seq?: number
  /** What happened, as a sentence. */
  readonly message: string
  /** The facts of the task, or of the run where no task is concerned, as lines. */
  readonly story: string
}

const invariants: readonly Invariant[] = [
  startsOnlyWhenRuleIsMet,
  hasOneLiveAttempt,
  limitsHold,
  everyRunSettles,
  killIsFinal,
  attemptsStayInPolicy,
  factsFollow,
  runFactsFollow,
]

/**
 * Checks the facts of one or several runs (or a run itself) against dagmar's guarantees 1 to 8 and 13. Returns every
 * breach, in the order of the facts; for sound runs, ended or not, there is none. Passing facts are ignored. The facts
 * of a run are needed from the first one on: facts behind a gap are not judged. Runs are judged one by one, so limits
 * that they share are not checked.
 *
 * Throws `TASK_UNKNOWN` for facts of another dag.
 */
export function checkInvariants(
  source: FactSource,
  dag: Plan | AnyDag,
  options: InvariantOptions = {},
): readonly Breach[] {
  const plan = planOf(dag)
  const {
    concurrency = plan.concurrency ?? Number.POSITIVE_INFINITY,
    capacities = {},
    ended = false,
  } = options
  const limits: Limits = { concurrency, pools: { ...plan.pools, ...options.pools }, capacities }
  return [...groupedBy(factsOf(source), ({ runId }) => runId)].flatMap(([runId, ofRun]) => {
    refuseUnknownTasks(plan, ofRun)
    const [whole, gap] = untilGap(ofRun)
    const judged: Judged = { plan, facts: whole, limits, ended: ended && gap === undefined }
    const findings = invariants.flatMap((invariant) => invariant(judged))
    if (gap !== undefined) findings.push(gap)
    const storyOf = storyteller(ofRun)
    return findings
      .toSorted((a, b) => (a.seq ?? Number.POSITIVE_INFINITY) - (b.seq ?? Number.POSITIVE_INFINITY))
      .map((finding) => breachOf(finding, runId, storyOf))
  })
}

/** As `checkInvariants`, but throws an `Error` that names each broken guarantee and tells the story of its task. */
export function assertInvariants(
  source: FactSource,
  dag: Plan | AnyDag,
  options: InvariantOptions = {},
): void {
  const breaches = checkInvariants(source, dag, options)
  if (breaches.length > 0) throw new Error(breaches.map(textOf).join('\n\n'))
}

function textOf({ guarantee, words, runId, message, story }: Breach): string {
  return `Guarantee ${guarantee} is broken: ${words}\nIn ${runId}: ${message}.\n${story.replaceAll(/^/gm, '  ')}`
}

function breachOf(finding: Finding, runId: string, storyOf: (taskId: TaskId | undefined) => string): Breach {
  const { guarantee, message, taskId, seq } = finding
  return {
    guarantee,
    words: guarantees[guarantee],
    runId,
    ...(taskId === undefined ? {} : { taskId }),
    ...(seq === undefined ? {} : { seq }),
    message,
    story: storyOf(taskId),
  }
}

/** Makes the story of each task only once, however many breaches are about it. */
function storyteller(facts: readonly RunFact[]): (taskId: TaskId | undefined) => string {
  const byTask = groupedBy(facts, ({ taskId }) => taskId)
  const told = new Map<TaskId | undefined, string>()
  return (taskId) => {
    const story =
      told.get(taskId) ?? (byTask.get(taskId) ?? []).map((fact) => lineOf(fact, facts[0]!.at)).join('\n')
    told.set(taskId, story)
    return story
  }
}

/** 13. No run fact is lost or repeated …: the facts up to the first one whose `seq` is not the next, and what is wrong with it. */
function untilGap(facts: readonly RunFact[]): readonly [readonly RunFact[], Finding | undefined] {
  const at = facts.findIndex(({ seq }, index) => seq !== index + 1)
  if (at === -1) return [facts, undefined]
  const { seq, type } = facts[at]!
  const after = at === 0 ? 'The first fact' : `After seq ${at} the next fact`
  const message = `${after} is ${type} with seq ${seq}, not ${at + 1}: ${seq <= at ? 'it is repeated, or out of order' : 'facts are missing'}`
  return [facts.slice(0, at), { guarantee: 13, seq, message }]
}

function refuseUnknownTasks(plan: Plan, facts: readonly RunFact[]): void {
  const stranger = facts.find(({ taskId }) => taskId !== undefined && plan.indexOf(taskId) === undefined)
  if (stranger?.taskId === undefined) return
  const { taskId, seq } = stranger
  const ids = plan.tasks.map(({ id }) => id)
  throw new DagmarError('TASK_UNKNOWN', {
    message: `Fact ${seq} is about a task '${taskId}', which ${plan.name} does not have.${didYouMean(taskId, ids)}`,
    hint: 'Give the dag that the facts are of.',
    facts: { taskId, seq },
  })
}
