import type { TaskId } from '../../../machines/outcome.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { isBanned, isBlockedByFailure, type Rule } from '../../graph/rules.ts'
import { listed } from '../../text/listed.ts'
import type { Variant } from '../variants/variant.ts'
import { type FindingDraft, noTroubles, type Watcher } from './watcher.ts'

interface Passed {
  readonly variant: Variant
  readonly dependents: Set<TaskId>
}

/** Tasks that started without the output of a dependency whose failure was ignored. */
export function ignoredWatcher(plan: Plan): Watcher {
  const passed = new Map<TaskId, Passed>()
  return {
    troublesIn: () => noTroubles,
    see: (run) => {
      const ignored = new Set<TaskId>()
      for (const fact of run.facts) {
        if (fact.type === 'task.failed' && fact.ignored) ignored.add(fact.taskId)
        if (fact.type !== 'task.dispatched') continue
        const task = plan.tasks[plan.indexOf(fact.taskId)!]!
        if (!expectsOutputs(task.rule)) continue
        for (const need of task.needs) {
          const { id, policy } = plan.tasks[need]!
          if (!ignored.has(id) || policy.onFailure !== 'ignore') continue
          const one = passed.get(id) ?? { variant: run.variant, dependents: new Set<TaskId>() }
          one.dependents.add(task.id)
          passed.set(id, one)
        }
      }
    },
    drafts: () => [...passed].map(([taskId, one]) => passesUndefined(plan, taskId, one)),
  }
}

/** Whether a task may assume that no dependency of it has failed. */
function expectsOutputs(rule: Rule): boolean {
  return isBlockedByFailure(rule) && isBanned(rule, 'failed')
}

function passesUndefined(plan: Plan, taskId: TaskId, { variant, dependents }: Passed): FindingDraft {
  const ids = [...dependents]
  const mayMatter = ids.some((id) => readsInputs(plan.tasks[plan.indexOf(id)!]!))
  const start = ids.length === 1 ? 'starts' : 'start'
  return {
    code: 'IGNORE_PASSES_UNDEFINED',
    severity: mayMatter ? 'warning' : 'note',
    sentence: `When ${taskId} fails, its failure is ignored, and ${listed(ids)} ${start} all the same, with nothing in inputs for ${taskId}.`,
    hint: mayMatter
      ? `See that ${listed(ids)} can do without inputs['${taskId}']; or take onFailure: 'ignore' away; or give them a rule that says so, as 'all-settled'.`
      : `Their commands do not mention DAGMAR_INPUTS: nothing to do, unless a script they call reads it.`,
    taskIds: [taskId, ...ids],
    variant,
  }
}

/** A command that reads its inputs names their variable, or calls a script that does. */
function readsInputs({ executor, work }: PlannedTask): boolean {
  return executor !== 'process' || /DAGMAR_INPUTS|\$\{\{\s*(?:needs|inputs)\b/.test(JSON.stringify([work]))
}
