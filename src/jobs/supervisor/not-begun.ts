import { DagmarError } from '../../errors/dagmar-error.ts'

/** For what only a job with a run can be asked. */
export function notBegun({ id }: { readonly id: string }, what: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `The job ${id} has not begun: ${what}.`,
    facts: { id },
  })
}
