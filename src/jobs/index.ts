export { connect } from './client/connect.ts'
export type {
  ConnectOptions,
  Job,
  JobDeadLetter,
  JobFact,
  JobOptions,
  Jobs,
  SupervisorStatus,
} from './client/jobs.ts'
export {
  countJobs,
  isSettledStatus,
  type JobCounts,
  type JobDetails,
  type JobQuery,
  type JobStatus,
  type JobSummary,
  type JobTask,
  type TaskCounts,
} from './job.ts'
export type { AgentView } from '../agents/registry.ts'
export type { SessionView } from '../agents/sessions.ts'
export type { UsageKey, UsageRow } from '../agents/usage-rows.ts'
export type { AgentStatus } from '../../machines/agent.ts'
export type { AllowanceOptions, OnOverrun } from '../agents/limits.ts'
export type { AgentFact, AgentJob, JobEnd } from '../events/agent-facts.ts'
export type { AgentsPart } from '../events/agents-in-words.ts'
export type { AgentsTold } from '../runtime/agents/watch-agents.ts'
export type { AgentUsage, ListedAgent } from '../runtime/agents/agents.ts'
export type { JobSelection } from './spec.ts'
export type { Notification, NotifiedEvent } from '../plan-file/notification.ts'
