export { checkDag } from './check-dag.ts'
export { type Fault, type FaultKind, faultKinds } from './fault.ts'
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
export type { Answers, Pace } from './story.ts'
