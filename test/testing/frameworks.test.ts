import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url))
const dependencies = ['xstate', 'rxjs', 'tslib', '@standard-schema/spec']
const folders: string[] = []

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A project that has installed dagmar as it is published, and these peers. */
function project(files: Readonly<Record<string, string>>, peers: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'dagmar-project-'))
  folders.push(folder)
  const build = join(dirname(builtDagmar()), '..')
  cpSync(build, join(folder, 'node_modules/dagmar'), { recursive: true })
  for (const name of [...dependencies, ...peers]) {
    const place = join(folder, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(modules, name), place)
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

function run(
  folder: string,
  ...args: readonly string[]
): { readonly code: number | null; readonly output: string } {
  const { VITEST: _vitest, NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
  return { code: status, output: `${stdout}${stderr}` }
}

describe('laws under node:test', () => {
  const folder = project(
    {
      'good.test.mjs': `
        import { dag } from 'dagmar'
        import { anyFaults, anySchedule, checkInvariants, law, rehearse } from 'dagmar/testing'
        import fc from 'fast-check'
        const mine = dag('mine').task('a', () => 1).task('b', { needs: ['a'] }, () => 2)
        law('mine keeps the guarantees', fc.tuple(anyFaults(mine), anySchedule(mine)), async ([faults, schedule]) => {
          const { facts } = await rehearse(mine, { faults, schedule })
          return checkInvariants(facts, mine, { ended: true })
        }, { runs: 50 })
      `,
      'bad.test.mjs': `
        import { anyPlan, law } from 'dagmar/testing'
        law('plans are small', anyPlan(), ({ tasks }) => tasks.length < 3, { runs: 50, seed: 1 })
      `,
    },
    ['fast-check', 'pure-rand'],
  )

  it('are its tests, and pass', () => {
    const { code, output } = run(folder, '--test', '--test-reporter=tap', 'good.test.mjs')
    expect(output).toContain('ok 1 - mine keeps the guarantees')
    expect(code).toBe(0)
  })

  it('fail with seed, path and the shrunk case', () => {
    const { code, output } = run(folder, '--test', '--test-reporter=tap', 'bad.test.mjs')
    expect(output).toContain('not ok 1 - plans are small')
    expect(output).toMatch(/Again: \{ seed: 1, path: '[\d:]+' \}/)
    expect(output).toMatch(/random: 3 tasks\s+t0\s+t1\s+t2\s/)
    expect(code).toBe(1)
  })
})

describe('laws under Vitest, which has no global test unless it is asked for one', () => {
  const folder = project(
    {
      'vitest.config.mjs': 'export default { test: { include: ["*.check.mjs"] } }',
      'good.check.mjs': `
        import { anyPlan, law } from 'dagmar/testing'
        law('plans have tasks', anyPlan(), ({ tasks }) => tasks.length > 0, { runs: 50 })
      `,
      'bad.check.mjs': `
        import { anyPlan, law } from 'dagmar/testing'
        law('plans are small', anyPlan(), ({ tasks }) => tasks.length < 3, { runs: 50, seed: 1 })
      `,
    },
    ['fast-check', 'pure-rand', 'vitest'],
  )
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs')

  it('are its tests, and pass', () => {
    const { code, output } = run(folder, vitest, 'run', '--reporter=verbose', 'good')
    expect(output).toContain('plans have tasks')
    expect(code).toBe(0)
  })

  it('fail with seed, path and the shrunk case', () => {
    const { code, output } = run(folder, vitest, 'run', '--reporter=verbose', 'bad')
    expect(output).toMatch(/Again: \{ seed: 1, path: '[\d:]+' \}/)
    expect(code).toBe(1)
  })
})

describe('without fast-check', () => {
  const folder = project(
    {
      'plain.mjs': `
        import { createRuntime, dag } from 'dagmar'
        import { anyPlan, assertInvariants, law, trace } from 'dagmar/testing'
        const mine = dag('mine').task('a', () => 1).task('b', { needs: ['a'] }, () => 2)
        const run = createRuntime().dispatch(mine)
        await run.result
        assertInvariants(run, mine, { ended: true })
        console.log(trace(run).order.join(' '))
        for (const use of [() => anyPlan(), () => law('x', {}, () => true)]) {
          try { use() } catch (error) { console.log(error.code, error.message) }
        }
      `,
    },
    [],
  )

  it('traces and invariants work, and what needs it says what to install', () => {
    const { code, output } = run(folder, 'plain.mjs')
    const lines = output.trim().split('\n')
    expect(lines[0]).toBe('a b')
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(
        /^PEER_MISSING fast-check is not there: [^()]*npm install --save-dev fast-check\.$/,
      ),
      expect.stringMatching(/^PEER_MISSING fast-check is not there/),
    ])
    expect(code).toBe(0)
  })
})
