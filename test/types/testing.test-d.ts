import {
  anyDag,
  anyFaults,
  anyHandleCase,
  anyPlan,
  anySchedule,
  anyTaskOptions,
  assertInvariants,
  type Breach,
  checkInvariants,
  executorConformance,
  type Faults,
  type HandleCase,
  law,
  rehearse,
  runModelCommands,
  type Schedule,
  trace,
} from 'dagmar/testing'
import fc from 'fast-check'
import { describe, expectTypeOf, it, test } from 'vitest'
import type { AnyDag, Plan, RunFact, RunHandle, TaskOptions, TaskStatus } from '../../src/index.ts'
import { dag } from '../../src/index.ts'

declare const run: RunHandle
declare const facts: readonly RunFact[]
const release = dag('release').task('build', async () => 'diff')

describe('the arbitraries', () => {
  it('are fast-check arbitraries of dagmar types', () => {
    expectTypeOf(anyDag()).toEqualTypeOf<fc.Arbitrary<AnyDag>>()
    expectTypeOf(anyPlan({ shape: 'diamond', maxTasks: 3 })).toEqualTypeOf<fc.Arbitrary<Plan>>()
    expectTypeOf(anyTaskOptions({ pools: { gpu: 1 } })).toEqualTypeOf<fc.Arbitrary<TaskOptions>>()
    expectTypeOf(anyFaults(release)).toEqualTypeOf<fc.Arbitrary<Faults>>()
    expectTypeOf(anySchedule(release.plan())).toEqualTypeOf<fc.Arbitrary<Schedule>>()
    expectTypeOf(anyHandleCase()).toEqualTypeOf<fc.Arbitrary<HandleCase>>()
    // @ts-expect-error no such shape
    anyDag({ shape: 'ring' })
    // @ts-expect-error no such fault
    anyFaults(release, { kinds: ['explodes'] })
  })
})

describe('a law', () => {
  it('gives its check what the arbitrary makes', () => {
    law('a law', fc.tuple(fc.nat(), fc.string()), ([count, text]) => {
      expectTypeOf(count).toEqualTypeOf<number>()
      expectTypeOf(text).toEqualTypeOf<string>()
    })
    law('invariants', anyFaults(release), async (faults) => {
      const rehearsed = await rehearse(release, { faults })
      return checkInvariants(rehearsed.facts, release)
    })
    law('model', anyHandleCase(), (given) => runModelCommands(given, { mode: 'interpreted' }))
    law('with options', fc.nat(), (count) => count >= 0, { test, runs: 3, seed: 1, examples: [4] })
    // @ts-expect-error a check says true, false, nothing, or what is broken
    law('a number', fc.nat(), (count) => count)
    // @ts-expect-error the examples are cases
    law('examples', fc.nat(), () => true, { examples: ['four'] })
  })
})

describe('what reads facts', () => {
  it('takes facts or a run', () => {
    expectTypeOf(checkInvariants(facts, release)).toEqualTypeOf<readonly Breach[]>()
    expectTypeOf(checkInvariants(run, release.plan(), { pools: { gpu: 1 } })).toEqualTypeOf<
      readonly Breach[]
    >()
    expectTypeOf(assertInvariants(run, release)).toEqualTypeOf<void>()
    expectTypeOf(trace(run).status('build', 3)).toEqualTypeOf<TaskStatus>()
    expectTypeOf(trace(run.story('build')).facts).toEqualTypeOf<readonly RunFact[]>()
    // @ts-expect-error a plan is wanted: its rules are held against
    checkInvariants(facts)
    // @ts-expect-error not facts
    trace(['run.created'])
  })
})

describe('the conformance of executors', () => {
  it('is a list of cases with a name, for any test framework', () => {
    const [first] = executorConformance({
      name: 'mine',
      makeExecutor: () => ({ start: () => undefined, abort: () => undefined }),
      work: { completes: (output) => output, fails: (message) => message, hangs: () => 'hangs' },
    })
    expectTypeOf(first!.name).toEqualTypeOf<string>()
    expectTypeOf(first!.run()).toEqualTypeOf<Promise<void>>()
  })
})
