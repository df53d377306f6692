import fc from 'fast-check'
import { plan } from 'dagmar'
import type { Plan } from 'dagmar'

export interface PlanShape {
  readonly most?: number
  readonly durations?: fc.Arbitrary<number>
  readonly hasLimits?: boolean
}

/** A plan, with what its runs are bound by. Capacities are of the executors that its tasks ask for. */
export interface Bound {
  readonly plan: Plan
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  readonly capacities: Readonly<Record<string, number>>
}

/** Dags with estimates, and with pools, capacities and priorities where `hasLimits` says so. */
export function anyBound({
  most = 20,
  durations = fc.integer({ min: 0, max: 9 }),
  hasLimits = true,
}: PlanShape = {}): fc.Arbitrary<Bound> {
  const limited = <Value>(value: fc.Arbitrary<Value>, otherwise: Value) =>
    hasLimits ? value : fc.constant(otherwise)
  const task = fc.record({
    estimate: durations,
    // Not doubles, most of which are next to nothing.
    chances: fc.array(fc.noBias(fc.nat(99)), { minLength: most, maxLength: most }),
    priority: limited(fc.constantFrom(0, 0, 0, 50), 0),
    uses: limited(fc.constantFrom({}, {}, { gpu: 1 }, { gpu: 2 }, { gpu: 1, disk: 1 }), {}),
    executor: limited(fc.constantFrom('inline', 'inline', 'remote'), 'inline'),
  })
  return fc
    .record({
      // Of all sizes alike: small dags are too easy for a search to begin.
      tasks: fc.array(task, { minLength: 1, maxLength: most, size: 'max' }),
      density: fc.integer({ min: 2, max: 30 }),
      concurrency: limited(fc.constantFrom(1, 2, 3, 4, Number.POSITIVE_INFINITY), 2),
      capacity: fc.integer({ min: 1, max: 3 }),
      gpu: fc.integer({ min: 2, max: 4 }),
    })
    .map(({ tasks, density, concurrency, capacity, gpu }) => {
      const pools = hasLimits ? { gpu, disk: 1 } : {}
      const definitions = tasks.map(
        ({ chances, ...options }, index) =>
          [
            `t${index}`,
            {
              ...options,
              needs: chances
                .slice(0, index)
                .flatMap((chance, need) => (chance < density ? [`t${need}`] : [])),
              run: () => undefined,
            },
          ] as const,
      )
      const made = plan({ name: 'any', pools, order: 'optimised', tasks: definitions })
      const capacities = made.tasks.some(({ executor }) => executor === 'remote') ? { remote: capacity } : {}
      return { plan: made, concurrency, pools, capacities }
    })
}
