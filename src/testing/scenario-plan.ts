import type { TaskId } from '../../machines/outcome.ts'
import { plan as planFrom } from '../graph/make-plan.ts'
import type { Plan } from '../graph/plan.ts'
import type { Rule } from '../graph/rules.ts'
import type { Scenario, ScriptedTask } from './scenario.ts'

/** The name of the task at a place. */
export function nameOf(index: number): TaskId {
  return `t${index}`
}

/** The dag of a scenario. */
export function planOfScenario(scenario: Scenario): Plan {
  return planFrom({
    name: 'scenario',
    order: scenario.order,
    tasks: scenario.tasks.map((task, index) => [nameOf(index), definition(task)] as const),
  })
}

function definition(task: ScriptedTask) {
  return {
    run: { executor: task.executor, work: task.attempts },
    needs: task.needs.map(nameOf),
    when: task.when === 'even' ? evenlyCompleted : (task.when as Rule),
    onFailure: task.onFailure,
    severity: task.severity,
    retry: { maxAttempts: task.maxAttempts, backoff: task.backoff },
    timeout: task.timeout,
    startTimeout: task.startTimeout,
    stall: task.stall,
    killGrace: task.killGrace,
    priority: task.priority,
    ...(task.estimate === undefined ? {} : { estimate: task.estimate }),
    ...(task.uses === 0 ? {} : { uses: { shared: task.uses } }),
  }
}

/** A rule of one's own, for scenarios: an even number of dependencies completed. */
const evenlyCompleted: Rule = (outcomes) =>
  Object.values(outcomes).filter(({ status }) => status === 'completed').length % 2 === 0
