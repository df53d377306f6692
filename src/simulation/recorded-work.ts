import type { Work } from '../graph/work.ts'

/** The work of tasks of which it is known how long they take, and not what they do: a runtime has no such executor. */
export const recordedWork: Work = { executor: 'simulated', work: undefined }
