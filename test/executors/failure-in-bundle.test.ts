import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'bundle-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the stack of a failure in a program that was bundled with dagmar', () => {
  it.each([
    ['as it is', false],
    ['minified', true],
  ])('ends where the handler does: %s', async (name, minify) => {
    const program = join(folder, 'program.js')
    const dagmar = fileURLToPath(new URL('../../src/index.ts', import.meta.url))
    writeFileSync(
      program,
      `
      import { createRuntime, dag } from '${dagmar}'
      const run = createRuntime().dispatch(
        dag('d').task('a', function handler() { throw new Error('it broke') }),
      )
      const { rootCauses } = await run.result
      console.log(rootCauses[0].failure.stack)
      `,
    )
    const bundle = await rolldown({ input: program, platform: 'node' })
    const file = join(folder, `${name.replaceAll(' ', '-')}.mjs`)
    await bundle.write({ file, format: 'esm', minify, codeSplitting: false })
    const stack = execFileSync(process.execPath, [file], { encoding: 'utf8' })
    const [first, place, ...more] = stack.trim().split('\n')
    expect(first).toBe('Error: it broke')
    expect(place).toContain(file)
    expect(more).toEqual([])
  })
})
