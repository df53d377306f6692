import fc from 'fast-check'
import { plan } from '../../src/graph/make-plan.ts'
import type { PlannedTask } from '../../src/graph/plan.ts'
import { isAnyRule, type RuleName, ruleNames } from '../../src/graph/rules.ts'

/** The shape of a task: the indices of its dependencies, all before it, and its rule. */
export interface Shape {
  readonly needs: readonly number[]
  readonly rule: RuleName | 'function'
}

/** The tasks of a plan with these shapes, named by index. A rule that is a function is never asked here. */
export function tasksOf(shapes: readonly Shape[]): readonly PlannedTask[] {
  const tasks = Object.fromEntries(
    shapes.map(({ needs, rule }, index) => [
      `task ${index}`,
      {
        needs: needs.map((need) => `task ${need}`),
        when: rule === 'function' ? () => true : rule,
        run: () => undefined,
      },
    ]),
  )
  return plan({ name: 'tasks', tasks }).tasks
}

/** A random dag of up to 12 tasks, with every rule there is. */
export const anyShapes: fc.Arbitrary<readonly Shape[]> = fc
  .array(
    fc.record({
      seeds: fc.uniqueArray(fc.nat(11), { maxLength: 5 }),
      rule: fc.constantFrom<Shape['rule']>(...ruleNames, 'function'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((tasks) =>
    tasks.map(({ seeds, rule }, index) => {
      const needs = seeds.filter((need) => need < index)
      const senseless = needs.length === 0 && rule !== 'function' && isAnyRule(rule)
      return { needs, rule: senseless ? 'all-completed' : rule }
    }),
  )
