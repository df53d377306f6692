export type { Pace } from './any-attempt.ts'
export { anyDag, type AnyDagOptions, anyPlan } from './any-dag.ts'
export { anyTaskOptions, type AnyTaskOptionsOptions } from './any-task-options.ts'
export { ConformanceError } from './carried-out.ts'
export {
  type ConformanceCase,
  executorConformance,
  type ExecutorUnderTest,
} from './executor-conformance.ts'
export {
  type Cause,
  checkDag,
  type CheckDagOptions,
  type Consequence,
  type DagFault,
  type DagFaultKind,
  type DagFinding,
  type DagPromise,
  type DagReport,
  type Effect,
  type Explored,
  type FindingCode,
  type FindingSeverity,
  type FormatOptions,
  formatReport,
  type PromiseContext,
  type ReportTone,
  type TaskAnswers,
  type TaskExposure,
  type TaskPace,
} from './check/index.ts'
export type { FactSource } from './facts-of.ts'
export { anyFaults, type AnyFaultsOptions, type Fault, type FaultKind, type Faults } from './faults.ts'
export {
  assertInvariants,
  type Breach,
  checkInvariants,
  type InvariantOptions,
} from './invariants/check-invariants.ts'
export { type GuaranteeNumber, guarantees } from './invariants/guarantee.ts'
export { law, type LawOptions, type LawOutcome, type RegisterTest } from './law.ts'
export {
  anyHandleCase,
  type AnyHandleCaseOptions,
  type HandleCase,
  runModelCommands,
} from './model/handle-model.ts'
export { rehearse, type Rehearsed, type RehearseOptions } from './rehearse.ts'
export { anySchedule, type Schedule } from './schedule.ts'
export type { Shape } from './shapes.ts'
export { type Trace, trace, type TracedAttempt } from './trace.ts'
