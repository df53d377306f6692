import { DagmarError } from '../../src/errors/dagmar-error.ts'
import { plan } from '../../src/graph/make-plan.ts'
import type { Plan } from '../../src/graph/plan.ts'

/** Makes a plan of what the types would not let through. */
export function planOfAnything(definition: unknown): Plan {
  return plan(definition as Parameters<typeof plan>[0])
}

/** The DagmarError that the work throws. */
export function thrownBy(work: () => unknown): DagmarError {
  try {
    work()
  } catch (error) {
    if (error instanceof DagmarError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
