import { readFileSync } from 'node:fs'
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

  it.each(['commander', 'yaml', 'preact', '@preact/signals-core'])(
    'has the licence of %s, whose code is in its bundles',
    (name) => {
      const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
      const { version } = JSON.parse(read(`node_modules/${name}/package.json`)) as {
        readonly version: string
      }
      const licence = read(`node_modules/${name}/LICENSE`).trim()
      expect(read('THIRD-PARTY-LICENSES')).toContain(`== ${name} ${version}\n\n${licence}`)
    },
  )
})
