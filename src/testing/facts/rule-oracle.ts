import type { Outcome, TaskId } from '../../../machines/outcome.ts'
import type { Rule, RuleName } from '../../graph/rules.ts'

type Dependency = readonly [id: TaskId, outcome: Outcome | undefined]

/** How a dependency may stand. */
type Way = 'completed' | 'failed' | 'skipped' | 'open'

/** Each rule, defined a second time, independently of the runtime: what must hold for how the dependencies stand. */
const definitions: Readonly<Record<RuleName, (ways: ReadonlySet<Way>) => boolean>> = {
  'all-completed': (ways) => isOnly(ways, 'completed'),
  'all-settled': (ways) => !ways.has('open'),
  'all-failed': (ways) => isOnly(ways, 'failed'),
  'all-skipped': (ways) => isOnly(ways, 'skipped'),
  'any-completed': (ways) => ways.has('completed'),
  'any-failed': (ways) => ways.has('failed'),
  'any-settled': (ways) => !isOnly(ways, 'open'),
  'none-failed': (ways) => !ways.has('open') && !ways.has('failed'),
  'none-failed-min-one-completed': (ways) =>
    !ways.has('open') && !ways.has('failed') && ways.has('completed'),
  'none-skipped': (ways) => !ways.has('open') && !ways.has('skipped'),
  always: () => true,
}

/** Whether a rule holds for dependencies, some of which may not be settled. */
export function ruleHolds(rule: Rule, dependencies: readonly Dependency[]): boolean {
  if (dependencies.length === 0) return true
  const ways = new Set(dependencies.map(([, outcome]) => wayOf(outcome)))
  if (typeof rule !== 'function') return definitions[rule](ways)
  if (ways.has('open')) return false
  try {
    return rule(Object.fromEntries(dependencies.map(([id, outcome]) => [id, outcome!])))
  } catch {
    // It did not, when the runtime asked it.
    return false
  }
}

function isOnly(ways: ReadonlySet<Way>, way: Way): boolean {
  return ways.size === 1 && ways.has(way)
}

/** To dependents a kill is a failure, and so is a skip that a failure caused; an ignored failure is none. */
function wayOf(outcome: Outcome | undefined): Way {
  switch (outcome?.status) {
    case undefined:
      return 'open'
    case 'completed':
      return 'completed'
    case 'failed':
      return outcome.ignored ? 'completed' : 'failed'
    case 'killed':
      return 'failed'
    case 'skipped':
      return outcome.because === 'dependency-failed' ? 'failed' : 'skipped'
  }
}
