import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { exportsOf, hasNameOfItsOwn, typesReachedFrom } from './public-types.ts'

/** The sources of the package's entry points. */
const entries = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : [target.types.replace('./dist/types/', '').replace(/\.d\.ts$/, '.ts')],
)

describe('a type in a public signature', () => {
  it.each(entries)('is exported for those who have to name it, in %s', (entry) => {
    const exported = new Set([...exportsOf('src/index.ts'), ...exportsOf(entry)])
    const hidden = [...typesReachedFrom(exportsOf(entry))].filter(
      ([type]) => !exported.has(type) && hasNameOfItsOwn(type),
    )
    expect(hidden.map(([type, by]) => `${type} is named by ${by}`)).toEqual([])
  })
})
