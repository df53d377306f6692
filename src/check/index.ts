export { checkDag } from './check-dag.ts'
export type { AgentFault, AgentFaultKind } from './variants/agent-fault.ts'
export type { DagFault, DagFaultKind } from './variants/fault.ts'
export { type FormatOptions, formatReport, type ReportTone } from './report/format-report.ts'
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
} from './report/report.ts'
export type { TaskAnswers, TaskPace } from './variants/variant.ts'
