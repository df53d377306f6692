import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CountsAs, evaluateRule, type RuleName, type RuleState } from '../../src/graph/rules.ts'
import { Frontier } from '../../src/scheduling/frontier.ts'
import { anyShapes, type Shape, tasksOf } from './planned-tasks.ts'

const frontierOf = (shapes: readonly Shape[], decide = (_task: number) => true) =>
  new Frontier(tasksOf(shapes), decide)

const joining = (rule: Shape['rule'], decide?: (task: number) => boolean) =>
  frontierOf(
    [
      { needs: [], rule: 'all-completed' },
      { needs: [], rule: 'all-completed' },
      { needs: [0, 1], rule },
    ],
    decide,
  )

describe('the beginning of a dag', () => {
  it('opens what waits for nothing, once', () => {
    const frontier = joining('all-completed')
    expect(frontier.open()).toEqual([0, 1])
    expect(frontier.open()).toEqual([])
    expect(frontier.waits(0)).toBe(false)
    expect(frontier.waits(2)).toBe(true)
  })

  it('opens a task with the rule always beside its dependencies', () => {
    expect(joining('always').open()).toEqual([0, 1, 2])
  })
})

describe('a settled task', () => {
  it('makes ready those whose last dependency it was', () => {
    const frontier = joining('all-completed')
    frontier.open()
    expect(frontier.settle(0, 'completed')).toEqual({ ready: [], doomed: [] })
    expect(frontier.settle(1, 'completed')).toEqual({ ready: [2], doomed: [] })
    expect(frontier.waits(2)).toBe(false)
  })

  it('dooms at once those whose rule can no longer be met, and only once', () => {
    const frontier = joining('all-completed')
    frontier.open()
    expect(frontier.settle(0, 'failed')).toEqual({ ready: [], doomed: [2] })
    expect(frontier.settle(1, 'failed')).toEqual({ ready: [], doomed: [] })
  })

  it('makes ready at once those that one dependency is enough for', () => {
    const frontier = joining('any-failed')
    frontier.open()
    expect(frontier.settle(0, 'failed')).toEqual({ ready: [2], doomed: [] })
  })

  it('changes nothing for a dependent that is closed', () => {
    const frontier = joining('any-completed')
    frontier.open()
    frontier.close(2)
    expect(frontier.settle(0, 'completed')).toEqual({ ready: [], doomed: [] })
    expect(frontier.waits(2)).toBe(false)
  })

  it('gives its dependents in the order of the plan', () => {
    const waiting = (rule: RuleName): Shape => ({ needs: [0], rule })
    const frontier = frontierOf([
      { needs: [], rule: 'all-completed' },
      waiting('all-completed'),
      waiting('all-failed'),
      waiting('any-completed'),
      waiting('all-skipped'),
    ])
    frontier.open()
    expect(frontier.settle(0, 'completed')).toEqual({ ready: [1, 3], doomed: [2, 4] })
  })
})

describe('a rule that is a function', () => {
  it('is asked once, when every dependency is settled', () => {
    const asked: number[] = []
    const frontier = joining('function', (task) => asked.push(task) > 0)
    frontier.open()
    frontier.settle(0, 'failed')
    expect(asked).toEqual([])
    expect(frontier.settle(1, 'skipped')).toEqual({ ready: [2], doomed: [] })
    expect(asked).toEqual([2])
  })

  it('dooms its task when it says no', () => {
    const frontier = joining('function', () => false)
    frontier.open()
    frontier.settle(0, 'completed')
    expect(frontier.settle(1, 'completed')).toEqual({ ready: [], doomed: [2] })
  })
})

/** What the frontier says, by looking at every task anew each time. */
class WholeLook {
  readonly #shapes: readonly Shape[]
  readonly #settled = new Map<number, CountsAs>()
  readonly #out = new Set<number>()

  constructor(shapes: readonly Shape[]) {
    this.#shapes = shapes
  }

  status(task: number): RuleState {
    const { needs, rule } = this.#shapes[task]!
    const count = (as: CountsAs) => needs.filter((need) => this.#settled.get(need) === as).length
    const counts = {
      needs: needs.length,
      completed: count('completed'),
      failed: count('failed'),
      skipped: count('skipped'),
    }
    if (rule !== 'function') return evaluateRule(rule, counts)
    if (!needs.every((need) => this.#settled.has(need))) return 'open'
    return decides(task) || needs.length === 0 ? 'met' : 'never'
  }

  settle(task: number, as: CountsAs): void {
    this.#settled.set(task, as)
  }

  close(task: number): void {
    this.#out.add(task)
  }

  waits(task: number): boolean {
    return !this.#out.has(task)
  }

  /** The tasks that have just come to that; each is given out once. */
  take(wanted: RuleState): number[] {
    const found = this.#shapes.flatMap((_, task) =>
      !this.#out.has(task) && this.status(task) === wanted ? [task] : [],
    )
    for (const task of found) this.#out.add(task)
    return found
  }
}

const decides = (task: number): boolean => task % 2 === 0

describe('the frontier', () => {
  it('says what a look at every task and all its dependencies says, whatever settles and is closed', () => {
    const moves = fc.array(
      fc.record({
        pick: fc.nat(),
        as: fc.constantFrom<CountsAs>('completed', 'completed', 'failed', 'skipped'),
        closes: fc.oneof(
          { weight: 9, arbitrary: fc.constant(false) },
          { weight: 1, arbitrary: fc.constant(true) },
        ),
      }),
      { minLength: 12, maxLength: 24 },
    )
    fc.assert(
      fc.property(anyShapes, moves, (shapes, made) => {
        const frontier = frontierOf(shapes, decides)
        const model = new WholeLook(shapes)
        expect(frontier.open()).toEqual(model.take('met'))
        const unsettled = shapes.map((_, task) => task)
        for (const { pick, as, closes } of made) {
          if (unsettled.length === 0) break
          const at = pick % unsettled.length
          const task = unsettled[at]!
          if (closes) {
            frontier.close(task)
            model.close(task)
            continue
          }
          unsettled.splice(at, 1)
          model.settle(task, as)
          const unblocked = frontier.settle(task, as)
          expect(unblocked).toEqual({ ready: model.take('met'), doomed: model.take('never') })
          for (let other = 0; other < shapes.length; other++) {
            expect(frontier.waits(other)).toBe(model.waits(other))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('decides on every task once all others are settled', () => {
    fc.assert(
      fc.property(
        anyShapes,
        fc.infiniteStream(fc.constantFrom<CountsAs>('completed', 'failed')),
        (shapes, ends) => {
          const frontier = frontierOf(shapes, decides)
          const decided = frontier.open()
          for (let next = 0; next < decided.length; next++) {
            const { ready, doomed } = frontier.settle(decided[next]!, ends.next().value ?? 'completed')
            decided.push(...ready, ...doomed)
          }
          expect(decided.toSorted((a, b) => a - b)).toEqual(shapes.map((_, task) => task))
        },
      ),
      { numRuns: 300 },
    )
  })
})
