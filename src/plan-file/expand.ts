import type { TaskId } from '../../machines/outcome.ts'
import type { TaskDefinition } from '../graph/make-plan.ts'
import type { TaskOptions } from '../graph/options.ts'
import { show } from '../graph/read-values.ts'
import type { Work } from '../graph/work.ts'
import { type Combination, combinationsOf, substitute } from './matrix.ts'
import type { Path } from './places.ts'
import { PlanBounds } from './plan-bounds.ts'
import { complaintAboutName } from './schema-parts.ts'
import { type Surroundings, workOf } from './task-work.ts'
import type { WrittenDefaults, WrittenPlan, WrittenTask } from './plan-schema.ts'

/** A task of the plan, and where it comes from. */
export interface ExpandedTask {
  readonly id: TaskId
  /** The id in the file: `test` for `test(20)`. */
  readonly writtenId: TaskId
  readonly definition: TaskDefinition
  /** For each need, the index of the entry in the file that it comes from. */
  readonly needOrigins: readonly number[]
}

/** The most dependencies that a plan may have. A matrix that needs a matrix has the product of both. */
const mostNeeds = 1_000_000

/** Stands in for a bad task, so that its dependents can still be checked. */
const standIn: Work = { executor: 'process', work: undefined }

/**
 * The tasks of a plan file, with every matrix expanded. `isSound` says which tasks have the right shape. The others,
 * and those with a problem that is found here, become empty tasks with the same ids.
 */
export function expandTasks(
  { tasks }: Pick<WrittenPlan, 'tasks'>,
  isSound: (id: TaskId) => boolean,
  surroundings: Surroundings,
): { readonly tasks: readonly ExpandedTask[]; readonly groups: ReadonlyMap<TaskId, readonly TaskId[]> } {
  const { reporter } = surroundings
  const written = reporter.places.keysOf(tasks)
  const bounds = new PlanBounds(surroundings.defaults)
  const members = written
    .filter(isNamed)
    .flatMap((id) => membersOf(id, tasks[id]!, isSound(id), bounds, surroundings))
  const ids = new Set<TaskId>()
  const groups = new Map<TaskId, TaskId[]>()
  const vague = new Set<TaskId>()
  for (const id of written) if (!isNamed(id)) vague.add(id)
  for (const { id, writtenId, task, combination } of members) {
    if (ids.has(id)) {
      reporter.report(['tasks', writtenId], `stands for a task ${show(id)}, and there is another one.`, {
        part: 'key',
      })
      continue
    }
    ids.add(id)
    if (task === undefined) vague.add(id)
    if (combination === undefined) continue
    const group = groups.get(writtenId)
    if (group === undefined) groups.set(writtenId, [id])
    else group.push(id)
  }
  const needs = new Needs({ ids, groups, vague }, surroundings)
  const isEstimated =
    surroundings.defaults.estimate !== undefined || members.some(({ task }) => task?.estimate !== undefined)
  return {
    groups,
    tasks: members.map((member) => {
      const { id, writtenId, task, combination } = member
      const empty = { id, writtenId, definition: { run: standIn }, needOrigins: [] }
      if (task === undefined) return empty
      const found = needs.of(member, task)
      if (!isGroup(task)) surroundings.agents.judge(task, writtenId)
      const work = workOf(task, ['tasks', writtenId], combination, found?.needs, surroundings)
      if (work === undefined || found === undefined) return empty
      const own = isGroup(task)
        ? { ...optionsOf(task), ...ofGroup(isEstimated) }
        : { ...agentOptionsOf(surroundings.defaults), ...optionsOf(task) }
      const definition = { ...own, needs: found.needs, run: work }
      return { id, writtenId, definition, needOrigins: found.origins }
    }),
  }
}

/**
 * What defaults for commands must not change. A group takes no time, but an estimate where there is no other would
 * change the order.
 */
function ofGroup(isEstimated: boolean): TaskOptions {
  return { executor: 'inline', ...(isEstimated ? { estimate: 0 } : {}) }
}

function isGroup({ run, prompt }: WrittenTask): boolean {
  return run === undefined && prompt === undefined
}

/** A group needs no agent, whatever defaults say of those of commands: each command has them as its own. */
function agentOptionsOf({ requires, agent, fallback, model }: WrittenDefaults): TaskOptions {
  return {
    ...(requires === undefined ? {} : { requires }),
    ...(agent === undefined ? {} : { agent }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(model === undefined ? {} : { model }),
  }
}

/** Those of the fields that `plan()` knows. */
export function optionsOf(fields: WrittenDefaults): TaskOptions {
  const {
    env: _env,
    envFile: _envFile,
    cwd: _cwd,
    shell: _shell,
    stdin: _stdin,
    speaks: _speaks,
    worktree: _worktree,
    git: _git,
    ...rest
  } = fields as WrittenTask
  const { run: _run, prompt: _prompt, needs: _needs, matrix: _matrix, ...options } = rest
  return options
}

/** A task without a valid id cannot even have a stand-in. */
function isNamed(id: TaskId): boolean {
  return complaintAboutName(id) === undefined
}

interface Member {
  readonly id: TaskId
  readonly writtenId: TaskId
  /** Undefined for a bad task. */
  readonly task: WrittenTask | undefined
  readonly combination: Combination | undefined
}

function membersOf(
  writtenId: TaskId,
  task: WrittenTask,
  isSound: boolean,
  bounds: PlanBounds,
  { reporter }: Surroundings,
): readonly Member[] {
  const unknown: Member = { id: writtenId, writtenId, task: undefined, combination: undefined }
  const { matrix, ...written } = task
  if (!isSound || bounds.isExceeded) return [unknown]
  const path: Path = ['tasks', writtenId, ...(matrix === undefined ? [] : ['matrix'])]
  const combinations = matrix === undefined ? undefined : combinationsOf(matrix, path, reporter)
  if (matrix !== undefined && combinations === undefined) return [unknown]
  const tooMuch = bounds.excessWith(written, combinations)
  if (tooMuch !== undefined) {
    reporter.report(path, `brings the plan to ${tooMuch}.`)
    return [unknown]
  }
  if (combinations === undefined) return [{ ...unknown, task }]
  const members = combinations.map((combination) => {
    const id = `${writtenId}(${combination.label})`
    return { id, writtenId, task, combination }
  })
  const bad = members.find(({ id }) => !isNamed(id))
  if (bad === undefined) return members
  reporter.report(path, `makes an id that ${complaintAboutName(bad.id)}.`)
  return [unknown]
}

interface Known {
  readonly ids: ReadonlySet<TaskId>
  readonly groups: ReadonlyMap<TaskId, readonly TaskId[]>
  /** The ids of tasks whose matrix could not be expanded. */
  readonly vague: ReadonlySet<TaskId>
}

/** Finds the tasks that the needs of a task stand for. */
class Needs {
  readonly #known: Known
  readonly #surroundings: Surroundings
  #count = 0
  readonly #reported = new Set<string>()
  #names: readonly string[] | undefined

  constructor(known: Known, surroundings: Surroundings) {
    this.#known = known
    this.#surroundings = surroundings
  }

  of(
    { writtenId, combination }: Member,
    task: WrittenTask,
  ): { needs: TaskId[]; origins: number[] } | undefined {
    const needs: TaskId[] = []
    const origins: number[] = []
    const seen = new Set<TaskId>()
    const { reporter } = this.#surroundings
    const before = reporter.problemCount()
    for (const index of (task.needs ?? []).keys()) {
      const written = reporter.places.textOf(task.needs!, index)
      const path = ['tasks', writtenId, 'needs', index]
      const beforeThis = reporter.problemCount()
      const meant = substitute(written, combination, path, reporter)
      const found = this.#meantBy(meant)
      if (found === undefined && reporter.problemCount() === beforeThis) this.#reportUnknown(meant, path)
      const twice = found?.find((id) => seen.has(id))
      if (twice !== undefined) {
        reporter.report(path, `brings in ${show(twice)}, which is among the needs already.`, {
          hint: 'Name each dependency once.',
        })
      }
      for (const id of found ?? []) {
        seen.add(id)
        needs.push(id)
        origins.push(index)
      }
      if (this.#isTooMany(found?.length ?? 0, path)) return undefined
    }
    return reporter.problemCount() > before ? undefined : { needs, origins }
  }

  #meantBy(id: TaskId): readonly TaskId[] | undefined {
    const { ids, groups, vague } = this.#known
    if (ids.has(id)) return [id]
    const group = groups.get(id)
    if (group !== undefined) return group
    // It may be a task of a bad matrix.
    return vague.has(id) || vague.has(id.slice(0, Math.max(0, id.indexOf('(')))) ? [] : undefined
  }

  #reportUnknown(id: TaskId, path: Path): void {
    const { ids, groups } = this.#known
    const { report, didYouMean } = this.#surroundings.reporter
    const key = JSON.stringify([path, id])
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.#names ??= [...groups.keys(), ...ids]
    const guess = didYouMean(id, this.#names)
    report(path, `is ${show(id)}, and there is no such task.${guess}`)
  }

  #isTooMany(added: number, path: Path): boolean {
    const { report } = this.#surroundings.reporter
    const isFirst = this.#count <= mostNeeds
    this.#count += added
    if (this.#count <= mostNeeds) return false
    if (isFirst) report(path, `brings the plan to more than ${mostNeeds} dependencies.`)
    return true
  }
}
