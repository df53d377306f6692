import { plan } from '../../graph/make-plan.ts'
import type { Plan } from '../../graph/plan.ts'
import { selectTasks } from '../../plan-file/select-tasks.ts'
import type { JobSpec } from '../spec.ts'
import { definitionFromData } from '../spool/definition-as-data.ts'

/** The tasks that a job runs. Throws what `plan()` and `selectTasks` throw. */
export function planOf({ definition, select }: JobSpec): Plan {
  const whole = plan(definitionFromData(definition))
  return select === undefined ? whole : selectTasks(whole, select)
}
