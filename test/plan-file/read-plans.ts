import { parsePlan, type PlanFile, PlanFileError, problemLine } from 'dagmar/plan-file'

/** A plan as a text reads it that stands in /project/plan.yaml. */
export function planOf(text: string): PlanFile {
  return parsePlan(text, { cwd: '/project' })
}

/** Ids of the tasks, with what they need. */
export function needsById(text: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(planOf(text).plan.structure.map(({ id, needs }) => [id, needs]))
}

/** The work of each task by id: what its command is. */
export function workById(text: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(planOf(text).plan.tasks.map(({ id, work }) => [id, work]))
}

/** The error that the plan is refused with. */
export function refusalOf(read: () => unknown): PlanFileError {
  try {
    read()
  } catch (error) {
    if (error instanceof PlanFileError) return error
    throw error
  }
  throw new Error('the plan was accepted')
}

/** What is wrong with the plan: `line:column: sentence hint`. */
export function problemsOf(text: string): readonly string[] {
  return refusalOf(() => planOf(text)).problems.map((problem) =>
    problemLine(problem).replace(/^plan\.yaml:/, ''),
  )
}
