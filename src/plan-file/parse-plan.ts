import { basename, dirname, extname, resolve } from 'node:path'
import type { TaskId } from '../../machines/outcome.ts'
import type { PlanDefinition } from '../graph/make-plan.ts'
import type { TaskOptions } from '../graph/options.ts'
import type { Plan } from '../graph/plan.ts'
import { isRecord } from '../graph/read-values.ts'
import { changedNumbers } from './changed-numbers.ts'
import { AgentsOfTasks } from './agents-of-tasks.ts'
import { agentsOf, type PlanAgent } from './agents-of.ts'
import { checkPlan, type Frame } from './check-plan.ts'
import { type ExpandedTask, expandTasks, optionsOf } from './expand.ts'
import { judgePlan } from './judge-shape.ts'
import { type Notification, notificationsOf } from './notification.ts'
import { warnOfDollars } from './literal-dollars.ts'
import type { Path } from './places.ts'
import { planInvalid, type PlanProblem } from '../errors/plan-file-error.ts'
import { spelledOut } from '../text/spelled-out.ts'
import { readText } from './read-text.ts'
import { type ProblemReporter, reporterOf } from './problem-reporter.ts'
import { refuseMatrixIn } from './task-work.ts'
import type { WrittenDefaults, WrittenPlan } from './plan-schema.ts'

export interface ParseOptions {
  /** The file that the text is from, for messages and for the plan's name. @default 'plan.yaml' */
  readonly file?: string
  /** The folder in which commands run, and that relative paths in the plan start from. @default the file's folder */
  readonly cwd?: string
  /** Pools of the runtime, which the plan's tasks may use beside the plan's own. @default {} */
  readonly pools?: Readonly<Record<string, number>>
  /**
   * Agents of whoever runs the plan, which its tasks may ask for beside the plan's own. One of the plan's own replaces one
   * of the same id. @default none, and where the plan has none either, what tasks ask for is not looked at
   */
  readonly agents?: readonly PlanAgent[]
}

/** What a plan file says. */
export interface PlanFile {
  readonly file: string
  readonly plan: Plan
  /** The run's input, as written in the plan. Undefined where there is none. */
  readonly input: unknown
  /**
   * The data that the plan was made from, to be changed and given to `plan()` again. Its tasks are a list of `[id,
   * task]`.
   */
  readonly definition: PlanDefinition
  /** The ids of the tasks that each matrix stands for, by the id of the task in the file. */
  readonly groups: ReadonlyMap<TaskId, readonly TaskId[]>
  /** The plan's own agents, and those of `ParseOptions.agents`. */
  readonly agents: readonly PlanAgent[]
  /** Who is told of a run of `dagmar run`. Addresses in it may be secret: it is no part of the plan. */
  readonly notify: readonly Notification[]
  /** What is allowed, and probably not meant: at most 100, in the order of the text. */
  readonly warnings: readonly PlanProblem[]
}

/**
 * Reads a plan from a YAML 1.2 or JSON text. Nothing is started, and no other file is read.
 * @throws PlanFileError `PLAN_INVALID` with all problems, each with its line and column.
 */
export function parsePlan(text: string, options: ParseOptions = {}): PlanFile {
  const { file = 'plan.yaml' } = options
  const read = readText(text.replace(/^\uFEFF/, ''))
  const problems: PlanProblem[] = []
  const reporter = reporterOf(read, file, problems)
  for (const { offset, message, ...hint } of read.problems)
    problems.push({ file, ...read.lineAndColumn(offset), message: spelledOut(message), ...hint })
  if (problems.length > 0) throw planInvalid(file, problems)
  if (read.value === null) {
    const empty = { file, line: 1, column: 1, message: 'The file is empty, but a plan has tasks.' }
    throw planInvalid(file, [{ ...empty, hint: 'dagmar init writes one to begin with.' }])
  }

  const unsound = judgeShape(read.value, reporter)
  const isSound = (...path: string[]) => !unsound.has('') && !unsound.has(path.join('\0'))
  const written = (isRecord(read.value) ? read.value : {}) as unknown as WrittenPlan
  const frame = frameOf(written, (field) => isSound(field), nameOf(file))
  for (const { path, written: number } of changedNumbers(written.input, read.places, ['input'])) {
    reporter.report(path, `is ${number}, which JavaScript cannot hold exactly.`, {
      hint: `Write it as a text: '${number}'.`,
    })
  }
  const defaults = isSound('defaults') ? (written.defaults ?? {}) : {}
  refuseMatrixIn(defaults, reporter)
  const hasTasks = isRecord(written.tasks)
  const folder = options.cwd ?? dirname(resolve(file))
  const notified = isSound('notify') ? (written.notify ?? []) : []
  const notify = notificationsOf(notified, { file, folder, reporter })
  const agents = everyAgent(
    isSound('agents') ? agentsOf(written.agents ?? [], reporter, folder) : [],
    options.agents,
  )
  const agentsOfTasks = new AgentsOfTasks({
    agents: isSound('agents') ? agents : undefined,
    defaults,
    reporter,
  })
  const expanded = expandTasks({ tasks: hasTasks ? written.tasks : {} }, (id) => isSound('tasks', id), {
    defaults,
    folder,
    agents: agentsOfTasks,
    reporter,
  })
  if (isSound('pools')) refuseUnknownPools(frame, expanded.tasks, options.pools ?? {}, reporter)
  const checked = checkPlan(frame, expanded.tasks, reporter)
  if (problems.length > 0 || checked === undefined) throw planInvalid(file, problems)
  const warnings: PlanProblem[] = []
  warnOfDollars(written, reporterOf(read, file, warnings))
  return { file, ...checked, input: written.input, groups: expanded.groups, agents, notify, warnings }
}

/** Agents are for commands, and not for groups: each task that asks for them gets them as its own. */
function withoutAgents(defaults: WrittenDefaults): TaskOptions {
  const {
    requires: _requires,
    agent: _agent,
    fallback: _fallback,
    model: _model,
    ...rest
  } = optionsOf(defaults)
  return rest
}

function everyAgent(own: readonly PlanAgent[], others: readonly PlanAgent[] = []): readonly PlanAgent[] {
  const ids = new Set(own.map(({ options }) => options.id))
  return [...own, ...others.filter(({ options }) => !ids.has(options.id))]
}

/**
 * Reports what is wrong with the shape. Returns the parts (`defaults`, or a task) that cannot be checked any further.
 */
function judgeShape(value: unknown, reporter: ProblemReporter): ReadonlySet<string> {
  const unsound = new Set<string>()
  judgePlan(value, (path, rest, part) => {
    reporter.report(path, rest, { part })
    unsound.add(path.slice(0, path[0] === 'tasks' ? 2 : 1).join('\0'))
  })
  return unsound
}

function frameOf(written: WrittenPlan, isSound: (field: string) => boolean, fileName: string): Frame {
  const { name = fileName, concurrency, pools, timeout, order, optimise, defaults } = written
  const given = {
    name,
    concurrency,
    pools,
    timeout,
    order,
    optimise,
    defaults: defaults && withoutAgents(defaults),
  }
  const sound = Object.entries(given).filter(([field, value]) => value !== undefined && isSound(field))
  return { name: fileName, ...Object.fromEntries(sound) }
}

/** The file's name without its ending, made into a valid name. */
function nameOf(file: string): string {
  const base = basename(file, extname(file)).slice(0, 100)
  return base.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ') || 'plan'
}

function refuseUnknownPools(
  { pools = {}, defaults }: Frame,
  tasks: readonly ExpandedTask[],
  others: Readonly<Record<string, number>>,
  { report, didYouMean }: ProblemReporter,
): void {
  const known = new Set([...Object.keys(pools), ...Object.keys(others)])
  const judge = (uses: Readonly<Record<string, number>> | undefined, path: Path) => {
    for (const pool of Object.keys(uses ?? {})) {
      if (known.has(pool)) continue
      report([...path, pool], `is no pool of this plan.${didYouMean(pool, known)}`, {
        part: 'key',
        hint: `Say how much there is, as in pools: { ${pool}: 1 }.`,
      })
    }
  }
  judge(defaults?.uses, ['defaults', 'uses'])
  for (const { writtenId, definition } of tasks) judge(definition.uses, ['tasks', writtenId, 'uses'])
}
