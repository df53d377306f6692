import type { Store } from '../ports/store.ts'

/**
 * The store of runs that live and die with their process. It keeps nothing by itself, since a run in memory
 * holds its fold and its last `retainFacts` facts, and it is never waited for.
 */
export function memoryStore(): Store {
  return { append: () => undefined }
}
