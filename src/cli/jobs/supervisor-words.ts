/** What is said while a job is watched and its supervisor ends. */
export const supervisorGone = 'the supervisor is gone; starting it again…'
export const connectedAgain = 'the supervisor is back, and jobs go on'
