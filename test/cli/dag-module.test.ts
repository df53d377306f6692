import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { builtDagmar } from './built-dagmar.ts'
import { dagmar, folderWith } from './spawned-dagmar.ts'

const library = pathToFileURL(join(builtDagmar(), '..', 'index.js')).href

/** Runs a module with that text. */
async function ran(name: string, text: string, ...args: readonly string[]) {
  const folder = folderWith({ [name]: text })
  return dagmar(['run', join(folder, name), ...args]).ended
}

const release = `
import { command, dag } from '${library}'
export default dag('release')
  .task('build', async ({ log }) => { log('building'); return 'app.js' })
  .task('pack', { needs: ['build'] }, command('echo packed'))
`

describe('a module that exports a dag by default', () => {
  it('is run: handlers and commands', async () => {
    const { code, stdout } = await ran('dag.mjs', release)
    expect(stdout).toContain('build | building')
    expect(stdout).toContain('| packed')
    expect(stdout).toContain('release completed')
    expect(code).toBe(0)
  })

  it('takes the options of a plan, and may export the plan itself', async () => {
    const plan = release.replace('export default', 'export const it =') + 'export default it.plan()'
    const { code, stdout } = await ran('dag.mjs', plan, '--only', 'build', '--json')
    const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as { readonly outputs: unknown }
    expect([code, last.outputs]).toEqual([0, { build: 'app.js' }])
  })

  it.each([
    ['none.mjs', 'export const other = 1', 'none.mjs exports no dag by default.'],
    ['broken.mjs', "throw new Error('not today')", 'broken.mjs could not be loaded: not today'],
    [
      'circle.mjs',
      `import { dag } from '${library}'\nexport default { plan: () => dag('x').task('a', { needs: ['b'] }, () => 1).plan() }`,
      "'b'",
    ],
  ])('is refused with a sentence where it is not: %s', async (name, text, reason) => {
    const { code, stderr } = await ran(name, text)
    expect(stderr).toContain(reason)
    expect(code).toBe(2)
  })

  it('may be TypeScript where Node strips types; elsewhere a sentence says so', async () => {
    const typed = release.replace("'app.js'", "'app.js' as string")
    const { code, stdout, stderr } = await ran('dag.ts', typed)
    const stripsTypes = Boolean((process.features as { readonly typescript?: unknown }).typescript)
    if (stripsTypes) expect([code, stdout]).toEqual([0, expect.stringContaining('release completed')])
    else expect([code, stderr]).toEqual([2, expect.stringContaining('dag.ts is TypeScript, which Node')])
  })
})
