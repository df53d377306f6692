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
export type { JobSelection } from './spec.ts'
export type { Notification, NotifiedEvent } from '../plan-file/notification.ts'
