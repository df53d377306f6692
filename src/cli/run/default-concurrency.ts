/** The runtime's own, for a plan that says nothing. */
export const defaultConcurrency = 4
