import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan } from '../../graph/plan.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { endsRun, type DagFaultKind, faultKinds, kindsPhrase } from '../variants/fault.ts'
import { listed } from '../../text/listed.ts'
import { tasksListed } from './listed.ts'
import type { Cause, Consequence, Effect, TaskExposure } from './report.ts'

/** What each single fault does to each task, compared with the run in which nothing goes wrong. */
export class Exposure {
  readonly #plan: Plan
  readonly #runsAnyway = new Set<TaskId>()
  /** The kinds of faults, by effect, then by the task that is affected, then by the task that has the fault. */
  readonly #causes: Readonly<Record<Effect, Map<TaskId, Map<TaskId, DagFaultKind[]>>>> = {
    starved: new Map(),
    skipped: new Map(),
    killed: new Map(),
    'dead-lettered': new Map(),
    started: new Map(),
  }

  constructor(plan: Plan, baseline: ExploredRun) {
    this.#plan = plan
    for (const fact of baseline.facts) if (fact.type === 'task.dispatched') this.#runsAnyway.add(fact.taskId)
  }

  /** True for tasks that run when all goes well. */
  runsAnyway(taskId: TaskId): boolean {
    return this.#runsAnyway.has(taskId)
  }

  /** Takes note of a run with one fault and no answer but `skip`. */
  see({ variant, result, facts, open }: ExploredRun): void {
    const [fault] = variant.faults
    if (fault === undefined || endsRun.has(fault.kind)) return
    const note = (effect: Effect, taskId: TaskId): void => {
      const byTask = this.#causes[effect]
      const byCause = byTask.get(taskId) ?? new Map<TaskId, DagFaultKind[]>()
      byTask.set(taskId, byCause)
      const kinds = byCause.get(fault.taskId) ?? []
      byCause.set(fault.taskId, kinds)
      kinds.push(fault.kind)
    }
    const started = new Set<TaskId>()
    for (const fact of facts) {
      if (fact.type === 'task.dispatched') started.add(fact.taskId)
      if (fact.type === 'task.dead-lettered') note('dead-lettered', fact.taskId)
      if (fact.type === 'task.skipped' && this.#runsAnyway.has(fact.taskId)) note('skipped', fact.taskId)
      if (fact.type === 'task.killed' && fact.taskId !== fault.taskId) note('killed', fact.taskId)
    }
    if (result === undefined) for (const { taskId } of open) note('starved', taskId)
    for (const taskId of started) if (!this.#runsAnyway.has(taskId)) note('started', taskId)
  }

  tasks(): readonly TaskExposure[] {
    return this.#plan.tasks.map(({ id }) => ({
      taskId: id,
      starvedBy: this.#causesOf('starved', id),
      skippedBy: this.#causesOf('skipped', id),
      killedBy: this.#causesOf('killed', id),
      deadLetteredBy: this.#causesOf('dead-lettered', id),
      startsOnlyWith: this.#causesOf('started', id),
    }))
  }

  /** The widest first. */
  consequences(): readonly Consequence[] {
    const effects: readonly Effect[] = ['starved', 'skipped', 'killed', 'dead-lettered', 'started']
    return effects
      .flatMap((effect) => this.#consequencesOf(effect))
      .toSorted((a, b) => b.taskIds.length - a.taskIds.length)
  }

  #causesOf(effect: Effect, taskId: TaskId): readonly Cause[] {
    return [...(this.#causes[effect].get(taskId) ?? [])].map(([cause, kinds]) => ({ taskId: cause, kinds }))
  }

  #consequencesOf(effect: Effect): readonly Consequence[] {
    const struckBy = new Map<
      string,
      { readonly kind: DagFaultKind; readonly by: TaskId; readonly taskIds: TaskId[] }
    >()
    for (const [taskId, byCause] of this.#causes[effect]) {
      for (const [by, kinds] of byCause) {
        for (const kind of kinds) {
          const key = `${kind}\0${by}`
          const struck = struckBy.get(key) ?? { kind, by, taskIds: [] }
          struckBy.set(key, struck)
          struck.taskIds.push(taskId)
        }
      }
    }
    // First the kinds of one task that have the same effect are joined, then tasks with the same kinds and the same
    // effect.
    const byKinds = grouped([...struckBy.values()], ({ by, taskIds }) => `${by}\0${taskIds.join('\0')}`)
    const merged = byKinds.map((group) => ({
      kinds: faultKinds.filter((kind) => group.some((one) => one.kind === kind)),
      by: group[0]!.by,
      taskIds: group[0]!.taskIds,
    }))
    return grouped(merged, ({ kinds, by, taskIds }) =>
      isOnly(by, taskIds) ? `${kinds.join()} own` : `${kinds.join()} ${taskIds.join('\0')}`,
    ).map((group): Consequence => {
      const { kinds, taskIds } = group[0]!
      const isOwn = isOnly(group[0]!.by, taskIds)
      const by = group.map((one) => one.by)
      const consequence = { effect, kinds, by, taskIds: isOwn ? by : taskIds }
      return { ...consequence, sentence: sentenceOf(consequence, isOwn) }
    })
  }
}

/** True for a fault that affects only its own task. */
function isOnly(by: TaskId, taskIds: readonly TaskId[]): boolean {
  return taskIds.length === 1 && taskIds[0] === by
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const one of list) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return [...groups.values()]
}

const verbs: Readonly<Record<Effect, readonly [one: string, many: string]>> = {
  starved: ['never settles', 'never settle'],
  skipped: ['is skipped', 'are skipped'],
  killed: ['is killed', 'are killed'],
  'dead-lettered': ['becomes a dead letter', 'become dead letters'],
  started: ['runs only', 'run only'],
}

function sentenceOf({ effect, kinds, by, taskIds }: Omit<Consequence, 'sentence'>, isOwn: boolean): string {
  const how = kindsPhrase(kinds)
  const each = taskIds.length === 1 ? '' : ', each'
  if (isOwn)
    return `${tasksListed(taskIds)} ${verbs[effect][taskIds.length === 1 ? 0 : 1]}${each} when it ${how}`
  const whose = by.length === 1 ? by[0]! : `one of ${by.length} tasks (${listed(by)})`
  return `${tasksListed(taskIds)} ${verbs[effect][taskIds.length === 1 ? 0 : 1]} when ${whose} ${how}`
}
