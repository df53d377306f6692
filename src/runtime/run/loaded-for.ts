import type { Shared } from '../shared.ts'
import { searchLoaded } from './rank-of.ts'
import type { Run } from './run.ts'

/** Resolves when all is there that the run needs to begin. Undefined where it is already. */
export function loadedFor({ plan, shared }: Pick<Run, 'plan' | 'shared'>): Promise<unknown> | undefined {
  const agents = plan.tasks.some(({ agent }) => agent !== undefined) ? shared.agents?.loaded() : undefined
  const order = searchLoaded(plan)
  const search = agents === undefined ? order : Promise.all([order, agents])
  const { codec, redact, isDurable } = shared
  const keeps = isDurable || codec !== undefined || redact !== undefined
  if (!keeps || shared.kept !== undefined) return search
  return Promise.all([search, loadKept(shared)])
}

async function loadKept(shared: Shared): Promise<void> {
  const { KeptValues } = await import('./kept-values.ts')
  shared.kept ??= new KeptValues(shared.codec, shared.isDurable, shared.redact)
}
