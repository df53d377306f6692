export type { RunEnding, RunState } from '../machines/dag.ts'
export type {
  ConfirmAnswer,
  Failure,
  FailureAnswer,
  OnFailure,
  Outcome,
  Severity,
  SkipReason,
  TaskId,
} from '../machines/outcome.ts'
export type { AgentReason, StopReason, TaskPolicy, TaskState } from '../machines/task-context.ts'
export { RetryAfterError, TerminalError, type TerminalErrorOptions } from './errors/attempt-errors.ts'
export { DagmarError, type ErrorCode, type ErrorDetails } from './errors/dagmar-error.ts'
export { type BufferOptions, buffered, type Overflow } from './events/buffered.ts'
export type { AllowanceLimit } from './events/agent-facts.ts'
export {
  type AgentRefusal,
  type AskedBy,
  type ClaimEnd,
  type ClaimRefusal,
  type Fact,
  isRunEnd,
  isRunFact,
  type PassingFact,
  type RefusedAgent,
  type RunFact,
  type RunLimits,
} from './events/facts.ts'
export { criticalPathOf } from './events/critical-path-of.ts'
export type { Explanation, WaitsFor } from './events/explanation.ts'
export { type Beginning, fold, RunFolder, type RunView } from './events/fold.ts'
export type { JsonValue } from './events/json-value.ts'
export { type Hooks, subscribeHooks } from './events/hooks.ts'
export { resultOf } from './events/result-of.ts'
export type { RunResult } from './events/run-result.ts'
export { type RunSummary, summaryAfter } from './events/run-summary.ts'
export type { AgentsOfTask, QuestionLimit, TaskStatus, TaskView } from './events/task-view.ts'
export { whyOf } from './events/why-of.ts'
export {
  actorLogicExecutor,
  type ActorLogicExecutorOptions,
  logic,
  type LogicContext,
} from './executors/actor-logic.ts'
export { attemptIdOf, inputsOf } from './executors/attempt.ts'
export { injectInputs, type InjectInputsOptions } from './executors/inject-inputs.ts'
export { command, type CommandOptions } from './executors/command.ts'
export { inlineExecutor, type InlineExecutorOptions } from './executors/inline.ts'
export { type ProcessExecutor, processExecutor } from './executors/process/process-executor.ts'
export type { ProcessExecutorOptions, Surroundings } from './executors/process/process-options.ts'
export { type CriticalPath, criticalPath } from './graph/critical-path.ts'
export {
  type Dag,
  type DagOutputs,
  dag,
  type HandlerOrWork,
  type PlainDefaults,
  type TypedTask,
} from './graph/dag.ts'
export type { DispatchOptions, WithInput } from './graph/dispatch-options.ts'
export { toDot } from './graph/dot.ts'
export type { AskOptions, Handler, HandlerContext, ReportedUsage } from './graph/handler.ts'
export { type DefinedHandler, plan, type PlanDefinition, type TaskDefinition } from './graph/make-plan.ts'
export type { PictureOptions } from './graph/status-colours.ts'
export { toMermaid } from './graph/mermaid.ts'
export type {
  BackoffOptions,
  DagOptions,
  DefaultAnswer,
  OptimiseOptions,
  Priority,
  RetryOptions,
  StallOptions,
  TaskDefaults,
  TaskOptions,
} from './graph/options.ts'
export type {
  AgentNeed,
  AnyDag,
  Backoff,
  Confirm,
  OptimiseSettings,
  Order,
  Plan,
  PlannedTask,
  TaskStructure,
} from './graph/plan.ts'
export type { Rule, RuleFunction, RuleName, StatedRule } from './graph/rules.ts'
export type { Work } from './graph/work.ts'
export type { ClaimConflict, Claimed, ClaimRequest, Claims } from './ports/claims.ts'
export type { Codec, RedactOptions } from './ports/codec.ts'
export type {
  Attempt,
  AttemptKey,
  AttemptOrigin,
  AttemptReport,
  Executor,
  Redactor,
  Report,
  ReportedFailure,
} from './ports/executor.ts'
export type {
  AppendGroup,
  CreateOptions,
  Journal,
  OpenOptions,
  Owner,
  OwnerProcess,
  RunQuery,
  Store,
} from './ports/store.ts'
export type { Consumption, SourceView } from './runtime/consume/consume.ts'
export type { ItemOutcome } from './runtime/consume/outcome-of-item.ts'
export type { Items, Settle, Source } from './runtime/consume/source.ts'
export type { SourceFact } from './runtime/consume/source-facts.ts'
export type { ItemOptions, SourceItem } from './runtime/consume/source-item.ts'
export type { ConsumeOptions } from './runtime/consume/source-options.ts'
export { createRuntime, RunFailedError, type Runtime } from './runtime/create-runtime.ts'
export type { AgentsPart } from './events/agents-in-words.ts'
export type { DeadLetter, HistoryQuery } from './runtime/durable/history.ts'
export type { RecoverOptions, Recovered } from './runtime/durable/durable-runs.ts'
export type { ShutdownOptions } from './runtime/shutdown-options.ts'
export type { RuntimeAgents } from './runtime/admission/agent-desk.ts'
export type { AdmissionMode } from './runtime/admission/slot-resource.ts'
export type { OpenQuestion } from './runtime/handle/open-questions.ts'
export type { RuntimeOptions } from './runtime/options.ts'
export type { RunHandle } from './runtime/handle/run-handle.ts'
export { memoryStore } from './stores/memory.ts'
export { type Clock, systemClock, type TimerId } from './time/clock.ts'
export type { Duration } from './time/duration.ts'
export { SimulatedClock } from './time/simulated-clock.ts'
