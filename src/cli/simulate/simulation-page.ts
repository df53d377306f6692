import type { Plan } from '../../graph/plan.ts'
import type { OptimisedPlan } from '../../simulation/optimise-plan.ts'
import type { SimulationOptions } from '../../simulation/options.ts'
import type { painter } from '../screen/colours.ts'

/** What the lines about a simulation need to know. */
export interface SimulationPage {
  readonly width: number
  readonly paint: ReturnType<typeof painter>
  readonly plan: Plan
  readonly options: SimulationOptions
  /** What the search for an optimised order has come to, where there was one. */
  readonly found?: OptimisedPlan | undefined
}
