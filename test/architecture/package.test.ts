import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

describe('the package', () => {
  // A clone and a git dependency are built by postprepare, a tarball by prepack.
  it('has no script that npm would run where it is installed, or warn of', () => {
    const run = ['preinstall', 'install', 'postinstall', 'prepare']
    expect(Object.keys(manifest.scripts).filter((name) => run.includes(name))).toEqual([])
    expect(manifest.scripts.postprepare).toBe('npm run build')
    expect(manifest.scripts.prepack).toBe('npm run build')
  })
})
