import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { exportsOf, isKnownOutside, typesReachedFrom } from './public-types.ts'

/** The sources of the package's entry points. */
const entries = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : [target.types.replace('./dist/types/', '').replace(/\.d\.ts$/, '.ts')],
)

/** Several entries take agents, as this one declares them. */
const ofAgents = 'src/runtime/agents/index.ts'

describe('a type in a public signature', () => {
  it.each(entries)('is exported for those who have to name it, in %s', (entry) => {
    const exported = new Set(['src/index.ts', ofAgents, entry].flatMap((path) => [...exportsOf(path)]))
    const hidden = [...typesReachedFrom(exportsOf(entry))].filter(
      ([type]) => !exported.has(type) && isKnownOutside(type),
    )
    expect(hidden.map(([type, by]) => `${type} is named by ${by}`)).toEqual([])
  })
})

describe('the check of public types', () => {
  it('follows signatures and members, and stops at what is private or done inside', () => {
    const reached = [...typesReachedFrom(['test/architecture/public-types.ts#exportsOf'])]
    expect(reached).toEqual([
      ['test/architecture/public-types.ts#Declared', 'test/architecture/public-types.ts#exportsOf'],
    ])
    const fromPlan = typesReachedFrom(['src/graph/plan.ts#Plan'])
    expect(fromPlan.get('machines/task-context.ts#TaskPolicy')).toBe('src/graph/plan.ts#PlannedTask')
    expect(fromPlan.has('src/graph/plan.ts#orders')).toBe(false)
  })
})
