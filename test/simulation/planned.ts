import { plan, type PlanDefinition, type TaskDefinition } from '../../src/graph/make-plan.ts'
import type { Plan } from '../../src/graph/plan.ts'

const run = (): undefined => undefined

/** A plan of tasks that do nothing, of what matters for their schedule. */
export function planned(
  tasks: Readonly<Record<string, Omit<TaskDefinition, 'run'>>>,
  rest: Omit<PlanDefinition, 'tasks' | 'name'> = {},
): Plan {
  const all = Object.entries(tasks).map(([id, task]) => [id, { ...task, run }] as const)
  return plan({ name: 'planned', ...rest, tasks: all })
}

/** What a rejection or a throw says. */
export async function refusalOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt()
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown)
  }
  throw new Error('It was not refused.')
}
