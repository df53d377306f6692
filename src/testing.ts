export type { Pace } from './testing/any/any-pace.ts'
export { anyDag, type AnyDagOptions, anyPlan } from './testing/any/any-dag.ts'
export { anyTaskOptions, type AnyTaskOptionsOptions } from './testing/any/any-task-options.ts'
export { ConformanceError } from './testing/conformance/carried-out.ts'
export {
  type ConformanceCase,
  executorConformance,
} from './testing/conformance/executor-conformance.ts'
export type { ExecutorUnderTest } from './testing/conformance/executor-under-test.ts'
export { claimsConformance, type ClaimsUnderTest } from './testing/conformance/claims-conformance.ts'
export { storeConformance, type StoreUnderTest } from './testing/conformance/store-conformance.ts'
export {
  type AgentFault,
  type AgentFaultKind,
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
export type { FactSource } from './testing/facts/facts-of.ts'
export {
  anyFaults,
  type AnyFaultsOptions,
  type Fault,
  type FaultKind,
  type Faults,
  type ObserverKind,
} from './testing/any/faults.ts'
export {
  assertInvariants,
  type Breach,
  checkInvariants,
  type InvariantOptions,
} from './testing/invariants/check-invariants.ts'
export { type GuaranteeNumber, guarantees } from './testing/invariants/guarantee-words.ts'
export { law, type LawOptions, type LawOutcome, type RegisterTest } from './testing/law/law.ts'
export {
  anyHandleCase,
  type AnyHandleCaseOptions,
  type HandleCase,
  type HandleCommand,
  runModelCommands,
} from './testing/model/handle-model.ts'
export { rehearse, type Rehearsed } from './testing/rehearsal/rehearse.ts'
export type { RehearseOptions } from './testing/rehearsal/rehearse-options.ts'
export type { StrayReport } from './testing/any/any-stray.ts'
export { anySchedule, type Schedule } from './testing/any/schedule.ts'
export type { Shape } from './testing/any/dag-shape.ts'
export { type Trace, trace, type TracedAttempt } from './testing/facts/trace.ts'
