import type { TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { plan, type PlanDefinition, type TaskDefinition } from '../graph/make-plan.ts'
import type { Plan } from '../graph/plan.ts'
import type { ExpandedTask } from './expand.ts'
import { pathOf } from './paths.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'

export interface Checked {
  readonly plan: Plan
  readonly definition: PlanDefinition
}

/** The definition without its tasks. */
export type Frame = Omit<PlanDefinition, 'tasks'>

const mostRounds = 20

/**
 * Makes the plan. `plan()` throws one problem at a time, so each is reported, its cause removed, and `plan()` called
 * again, until all problems are known. Undefined where there were any.
 */
export function checkPlan(
  frame: Frame,
  tasks: readonly ExpandedTask[],
  reporter: ProblemReporter,
): Checked | undefined {
  const state: State = {
    frame: { ...frame },
    byId: new Map(tasks.map((task) => [task.id, task])),
    definitions: new Map(tasks.map((task) => [task.id, task.definition])),
    reporter,
  }
  for (let round = 0; round < mostRounds; round++) {
    const definition: PlanDefinition = { ...state.frame, tasks: [...state.definitions] }
    try {
      const made = plan(definition)
      return round === 0 ? { plan: made, definition } : undefined
    } catch (error) {
      if (!(error instanceof DagmarError)) throw error
      const isMended = error.code === 'DAG_CYCLE' ? takeCycle(error, state) : takeField(error, state)
      if (!isMended) return undefined
    }
  }
  return undefined
}

interface State {
  frame: Frame
  readonly byId: ReadonlyMap<TaskId, ExpandedTask>
  readonly definitions: Map<TaskId, TaskDefinition>
  readonly reporter: ProblemReporter
}

/** Reports a cycle with the place of each of its dependencies, and removes its first dependency. */
function takeCycle(error: DagmarError, { byId, definitions, reporter }: State): boolean {
  const ids = error.facts['path'] as readonly TaskId[]
  const edges = ids.slice(0, -1).map((from, index) => writtenNeed(byId.get(from)!, ids[index + 1]!))
  const places = edges.slice(0, 10).map((path, index) => `${ids[index + 1]} at ${reporter.positionOf(path)}`)
  const more = edges.length > places.length ? ', …' : ''
  reporter.reportSentence(edges[0]!, error.problem, {
    hint:
      edges.length === 1
        ? 'Take the id out of its needs.'
        : `Remove one of these dependencies: ${places.join(', ')}${more}.`,
  })
  const [, writtenId, , need] = edges[0]!
  // The field is removed from every task that got it from this place: a matrix would report it once for each of its
  // tasks.
  for (const task of byId.values()) {
    if (task.writtenId !== writtenId) continue
    const taken = new Set(task.definition.needs!.filter((_, index) => task.needOrigins[index] === need))
    const definition = definitions.get(task.id)!
    definitions.set(task.id, { ...definition, needs: definition.needs!.filter((id) => !taken.has(id)) })
  }
  return true
}

function writtenNeed(task: ExpandedTask, need: TaskId): Path {
  const index = task.definition.needs?.indexOf(need) ?? -1
  return ['tasks', task.writtenId, 'needs', task.needOrigins[index] ?? 0]
}

function takeField(error: DagmarError, state: State): boolean {
  const { field } = error.facts
  const [top, id, ...rest] = typeof field === 'string' ? pathOf(field) : []
  const { frame, byId, definitions, reporter } = state
  if (top === 'tasks' && byId.has(String(id))) {
    const task = byId.get(String(id))!
    reporter.reportSentence(writtenPath(task, rest), error.problem, hintOf(error))
    definitions.set(task.id, { run: task.definition.run })
    return true
  }
  const path = top === undefined ? [] : [top, ...(id === undefined ? [] : [id]), ...rest]
  reporter.reportSentence(path, error.problem, hintOf(error))
  if (top === undefined || !Object.hasOwn(frame, top)) return false
  const { [top as keyof Frame]: _taken, ...left } = frame
  state.frame = { ...left, name: frame.name }
  return top !== 'name'
}

function writtenPath(task: ExpandedTask, rest: Path): Path {
  const [field, index, ...deeper] = rest
  const isNeed = field === 'needs' && typeof index === 'number'
  return ['tasks', task.writtenId, ...(isNeed ? [field, task.needOrigins[index] ?? index, ...deeper] : rest)]
}

function hintOf({ hint }: DagmarError): { readonly hint?: string } {
  return hint === undefined ? {} : { hint }
}
