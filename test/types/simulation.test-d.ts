import { describe, expectTypeOf, it } from 'vitest'
import { dag, type Fact, type Plan } from 'dagmar'
import {
  type Bound,
  type Durations,
  estimatesFrom,
  type Limit,
  readStg,
  simulate,
  type Simulation,
  sweep,
  withEstimates,
} from 'dagmar/simulation'

const release = dag<{ readonly tag: string }>('release').task('build', () => 'app.js')
declare const facts: readonly Fact[]

describe('simulate', () => {
  it('takes a dag, whatever its tasks return and its input is, or a plan', () => {
    expectTypeOf(simulate(release)).resolves.toEqualTypeOf<Simulation>()
    expectTypeOf(simulate(release.plan(), { concurrency: 2 })).resolves.toEqualTypeOf<Simulation>()
    expectTypeOf(simulate(readStg(''))).resolves.toEqualTypeOf<Simulation>()
    // @ts-expect-error a name is no dag
    void simulate('release')
  })

  it('takes durations in each of their forms', () => {
    expectTypeOf(1_000).toExtend<Durations>()
    expectTypeOf('5s').toExtend<Durations>()
    expectTypeOf({ build: '5s', test: 20 }).toExtend<Durations>()
    expectTypeOf((id: string, attempt: number) => id.length * attempt).toExtend<Durations>()
    expectTypeOf(estimatesFrom(facts)).toExtend<Durations>()
    void simulate(release, { durations: { kind: 'lognormal', spread: 0.5 } })
    void simulate(release, { durations: { kind: 'exponential', mean: '1m' } })
    // @ts-expect-error there is no such order
    void simulate(release, { order: 'best' })
  })

  it('tells what bounds the makespan as a closed union', () => {
    expectTypeOf<Simulation['boundBy']>().toEqualTypeOf<Bound['by']>()
    expectTypeOf<Limit>().toEqualTypeOf<
      | 'slots'
      | { readonly pool: string }
      | { readonly executor: string }
      | { readonly agents: readonly string[] }
    >()
    expectTypeOf<Simulation['tasks'][number]['startAt']>().toEqualTypeOf<number>()
  })
})

describe('sweep', () => {
  it('chooses the slots itself', () => {
    void sweep(release, { concurrency: [1, 2, 4], seed: 7 })
    // @ts-expect-error a list is wanted
    void sweep(release, { concurrency: 4 })
  })
})

describe('learned estimates', () => {
  it('come from the facts of one run or of several', () => {
    expectTypeOf(estimatesFrom(facts)).toEqualTypeOf<Readonly<Record<string, number>>>()
    expectTypeOf(estimatesFrom([facts, facts])).toEqualTypeOf<Readonly<Record<string, number>>>()
  })

  it('leave the types of a plan as they are', () => {
    expectTypeOf(withEstimates(release, { build: '3s' })).toEqualTypeOf(release.plan())
    expectTypeOf(withEstimates(readStg(''), {})).toEqualTypeOf<Plan>()
  })
})
