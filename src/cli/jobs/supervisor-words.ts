import { DagmarError } from '../../errors/dagmar-error.ts'

/** What is said while a job is watched and its supervisor ends. */
export const supervisorGone = 'the supervisor is gone; starting it again…'
export const connectedAgain = 'the supervisor is back, and jobs go on'

/** Whether nobody is there to be watched any more, as after a stop; and not by a mistake of whoever watches. */
export function isSupervisorLost(thrown: unknown): thrown is DagmarError {
  return thrown instanceof DagmarError && thrown.code === 'SUPERVISOR_LOST'
}
