export { checkDag } from './check-dag.ts'
export type { DagFault, DagFaultKind } from './fault.ts'
export { type FormatOptions, formatReport, type ReportTone } from './format-report.ts'
export type { CheckDagOptions, DagPromise, PromiseContext } from './options.ts'
export type {
  Cause,
  Consequence,
  DagFinding,
  DagReport,
  Effect,
  Explored,
  FindingCode,
  FindingSeverity,
  TaskExposure,
} from './report.ts'
export type { TaskAnswers, TaskPace } from './story.ts'
