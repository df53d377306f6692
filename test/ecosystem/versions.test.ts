import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'

/** The version of XState that files in a folder of this repository get. */
function xstateIn(folder: string): string {
  const require = createRequire(new URL(`../../${folder}package.json`, import.meta.url))
  return (require('xstate/package.json') as { readonly version: string }).version
}

describe('XState in this repository', () => {
  it('is 5 for dagmar and its tests, and 4 for the bridge to the inspector of XState 4', () => {
    expect(xstateIn('')).toMatch(/^5\./)
    expect(xstateIn('test/ecosystem/')).toBe(xstateIn(''))
    expect(xstateIn('packages/xstate-inspect/')).toMatch(/^4\./)
    expect(xstateIn('packages/xstate-inspect/src/')).toBe(xstateIn('packages/xstate-inspect/'))
  })
})
