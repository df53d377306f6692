import { anyFaults, anyPlan, law, rehearse } from 'dagmar/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConfirmAnswer, TaskOptions } from '../../src/index.ts'
import { type Rule, ruleNames } from '../../src/graph/rules.ts'
import { impossibleRules } from '../../src/check/watchers/impossible-rules.ts'

const anyRules = anyPlan({
  maxTasks: 7,
  taskOptions: fc.record({
    when: fc.constantFrom<Rule>(...ruleNames),
    onFailure: fc.constantFrom('skip', 'skip', 'ignore'),
    confirm: fc.constantFrom(undefined, undefined, undefined, undefined, 'May it start?'),
  }) as fc.Arbitrary<TaskOptions>,
})

describe('a rule that is proven impossible', () => {
  law(
    'is met in no run in which nobody kills a task by hand',
    anyRules.chain((plan) =>
      fc.record({
        plan: fc.constant(plan),
        confirms: fc.array(fc.constantFrom<ConfirmAnswer>('yes', 'no'), { minLength: 1, maxLength: 7 }),
        faults: anyFaults(plan, { kinds: ['fails', 'does-not-start'], maxFaults: 6, maxAttempt: 1 }),
      }),
    ),
    async ({ plan, faults, confirms }) => {
      const impossible = impossibleRules(plan)
      const { facts } = await rehearse(plan, { faults, confirms })
      return facts.flatMap((fact) =>
        fact.type === 'task.dispatched' && impossible.has(plan.indexOf(fact.taskId)!)
          ? [`${fact.taskId} started, although its rule was proven impossible`]
          : [],
      )
    },
    { runs: 500 },
  )

  it('is found often enough for that to mean something', () => {
    const found = fc
      .sample(anyRules, { numRuns: 200, seed: 7 })
      .filter((plan) => impossibleRules(plan).size > 0)
    expect(found.length).toBeGreaterThan(40)
  })
})
