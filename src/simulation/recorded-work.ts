import type { Work } from '../graph/work.ts'

/** The work of tasks whose length is known, but not what they do. No runtime has an executor for it. */
export const recordedWork: Work = { executor: 'simulated', work: undefined }
