export type { Notification, NotifiedEvent } from './notification.ts'
export { type ParseOptions, parsePlan, type PlanFile } from './parse-plan.ts'
export { PlanFileError, type PlanProblem, problemLine } from '../errors/plan-file-error.ts'
export { readPlanFile, type ReadOptions } from './read-plan-file.ts'
