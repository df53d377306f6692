export {
  type AgentContext,
  agentDueAt,
  type AgentEvent,
  agentMachine,
  type AgentProfile,
  type AgentStatus,
} from './agent.ts'
export {
  type DagContext,
  type DagEvent,
  dagMachine,
  type RunCommand,
  type RunEnding,
  type RunState,
  type TaskDone,
} from './dag.ts'
export type {
  ConfirmAnswer,
  Failure,
  FailureAnswer,
  OnFailure,
  Outcome,
  Severity,
  SkipReason,
  TaskId,
} from './outcome.ts'
export { type RuntimeContext, type RuntimeEvent, runtimeMachine, type RuntimeState } from './runtime.ts'
export { taskMachine } from './task.ts'
export {
  abortsRun,
  type AgentReason,
  type AttemptEvent,
  dueAt,
  expiredQuestion,
  holdsSlot,
  isDeadLetter,
  newTaskContext,
  type PendingQuestion,
  type StopReason,
  type TaskCommand,
  type TaskContext,
  type TaskEvent,
  type TaskPolicy,
  type TaskState,
  type WaitingFor,
} from './task-context.ts'
