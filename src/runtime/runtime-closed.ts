import { DagmarError } from '../errors/dagmar-error.ts'

/** The error for a runtime that was shut down. */
export function runtimeClosed(): DagmarError {
  return new DagmarError('RUNTIME_CLOSED', {
    message: 'The runtime is shut down or shutting down: it takes no more runs.',
    hint: 'Create another runtime.',
  })
}
