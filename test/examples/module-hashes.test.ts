import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { moduleHashes } from '../../examples/module-hashes/command.ts'
import { hashModules } from '../../examples/module-hashes/hash-modules.ts'
import { resolveImport } from '../../examples/module-hashes/module-source.ts'
import { scanImports } from '../../examples/module-hashes/scan-imports.ts'

type Files = Readonly<Record<string, string>>

async function hashesOf(files: Files, types = false): Promise<Readonly<Record<string, string | undefined>>> {
  const source = {
    paths: () => Promise.resolve(Object.keys(files)),
    read: (path: string) => Promise.resolve(files[path]!),
  }
  return (await hashModules(source, { types })).result.outputs
}

/** Which modules have another hash in the second version. */
async function changed(before: Files, after: Files, types = false): Promise<readonly string[]> {
  const [first, second] = [await hashesOf(before, types), await hashesOf(after, types)]
  return Object.keys(before).filter((path) => first[path] !== second[path])
}

describe("a module's hash", () => {
  // `imports[i]` are the modules before i that i imports.
  const anyModules = fc.integer({ min: 1, max: 9 }).chain((size) =>
    fc.record({
      imports: fc.tuple(...Array.from({ length: size }, (_, index) => fc.subarray([...Array(index).keys()]))),
      edited: fc.nat({ max: size - 1 }),
    }),
  )

  it('changes exactly for the changed module and all that depend on it', async () => {
    await fc.assert(
      fc.asyncProperty(anyModules, async ({ imports, edited }) => {
        const files = Object.fromEntries(
          imports.map((needs, index) => [
            `m${index}.ts`,
            needs.map((need) => `import './m${need}.ts'\n`).join(''),
          ]),
        )
        const concerned = new Set([edited])
        for (const [index, needs] of imports.entries()) {
          if (needs.some((need) => concerned.has(need))) concerned.add(index)
        }
        const after = { ...files, [`m${edited}.ts`]: `${files[`m${edited}.ts`]}// edited` }
        const expected = Object.keys(files).filter((_, index) => concerned.has(index))
        expect(await changed(files, after)).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  it('does not depend on where the modules lie', async () => {
    const here = await hashesOf({ 'a.ts': "import './b'", 'b.ts': 'export {}' })
    const there = await hashesOf({ 'x/a.ts': "import './b'", 'x/b.ts': 'export {}' })
    expect(there['x/a.ts']).toBe(here['a.ts'])
  })

  it('follows an import of types only when asked to', async () => {
    const before = { 'a.ts': "import type { B } from './b'", 'b.ts': 'export type B = 1' }
    const after = { ...before, 'b.ts': 'export type B = 2' }
    expect(await changed(before, after)).toEqual(['b.ts'])
    expect(await changed(before, after, true)).toEqual(['a.ts', 'b.ts'])
  })
})

describe('the import scan', () => {
  it.each([
    ["import './x'"],
    ["import a from './x'"],
    ["import a, { b as c } from './x'"],
    ["import a, * as b from './x'"],
    ["import {\n  a, // from './y'\n  b,\n} from './x'"],
    ["import {} from './x'"],
    ["import type from './x'"],
    ["import type, { A } from './x'"],
    ["import from from './x'"],
    ["import { type } from './x'"],
    ["import { type as a } from './x'"],
    ["import { a, type B } from './x'"],
    ["import a, { type B } from './x'"],
    ["import { 'a b' as c } from './x'"],
    ["import data from './x' with { type: 'json' }"],
    ["import a = require('./x')"],
    ["export * from './x'"],
    ["export * as a from './x'"],
    ["export { a as default, type B } from './x'"],
    ["const a = await import('./x')"],
    ['const a = await import(`./x`)'],
    ["import(/* a comment */ './x', { with: {} })"],
    ["import('./x').then(({ a }) => a)"],
    ["const a = `${`${{ a: await import('./x') }}`}`"],
    ['import"./x";'],
    ["const a = 1 / 2; import './x' // 3 / 4"],
    ["const a = b.replace(/['\"`]/g, ''); import './x'"],
    ["const a = /[/'\"]\\/`/.test(b) ? `'` : \"'\"\nimport './x'"],
    ["const a = <p>don't</p>\nexport * from './x'"],
    ["#!/usr/bin/env node it's\nimport './x'"],
    ["const quote = '\\''; import './x'"],
  ])('finds what is there at run time: %s', (text) => {
    expect(scanImports(text)).toEqual([{ specifier: './x', typeOnly: false }])
  })

  it.each([
    ["import type A from './x'"],
    ["import type { A } from './x'"],
    ["import type * as A from './x'"],
    ["import type from from './x'"],
    ["import { type A, type B as C } from './x'"],
    ["import { type as } from './x'"],
    ["export type { A } from './x'"],
    ["export type * from './x'"],
    ["export { type A } from './x'"],
    ["import type A = require('./x')"],
    ["type A = typeof import('./x')"],
    ["let a: import('./x').A"],
  ])('knows what is there for types alone: %s', (text) => {
    expect(scanImports(text)).toEqual([{ specifier: './x', typeOnly: true }])
  })

  it.each([
    ["// import './x'"],
    ["/* import './x'\n export * from './x' */"],
    ['const a = "import \'./x\'"'],
    ["const a = `import './x'`"],
    ["const a = `${b} import './x' ${c} export * from './x'`"],
    ["const a = /import '.\\/x'/"],
    ["const a = 'it\\'s'; /* import './x' */"],
    ['const a = import.meta.url'],
    ["a.import('./x')"],
    ["const a = { import: './x' }"],
    ['import(`./${a}`)'],
    ["import('./' + a)"],
    ["export { a }\nconst from = './x'"],
    ["export type A = './x'"],
    ["export const from = './x'"],
    ["const a = 'unfinished\n// import './x'"],
    ['const a = `unfinished\\'],
    ["const a = '\\"],
    ['import {'],
    ['import'],
  ])('finds no import in %s', (text) => {
    expect(scanImports(text)).toEqual([])
  })

  it('is not misled by an export before an import', () => {
    expect(
      scanImports("export { type A }\nimport type { B } from './b'\nexport { c }\nimport d from './d'"),
    ).toEqual([
      { specifier: './b', typeOnly: true },
      { specifier: './d', typeOnly: false },
    ])
  })
})

describe('a specifier', () => {
  it.each([
    ['./b.ts', 'b.ts', 'a.ts', 'b.ts'],
    ['./b.js', 'b.ts', 'a.ts', 'b.ts'],
    ['./b.js', 'b.tsx', 'a.ts', 'b.tsx'],
    ['./b.mjs', 'b.mts', 'a.ts', 'b.mts'],
    ['./b', 'b.tsx', 'a.ts', 'b.tsx'],
    ['./b.test', 'b.test.ts', 'a.ts', 'b.test.ts'],
    ['./b', 'b/index.ts', 'a.ts', 'b/index.ts'],
    ['./b/', 'b/index.ts', 'a.ts', 'b/index.ts'],
    ['.', 'index.ts', 'a.ts', 'index.ts'],
    ['..', 'index.ts', 'x/a.ts', 'index.ts'],
    ['../y/b', 'y/b.ts', 'x/a.ts', 'y/b.ts'],
    ['../b', 'b.ts', 'a.ts', undefined],
    ['b', 'b.ts', 'a.ts', undefined],
    ['./b.json', 'b.ts', 'a.ts', undefined],
  ])('%s beside %s means, in %s, %s', (specifier, there, from, meant) => {
    expect(resolveImport(specifier, from, (path) => path === there)).toBe(meant)
  })
})

describe('npm start', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'module-hashes-'))
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  async function write(files: Files): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
  }

  async function start(args: readonly string[], terminal: { isTTY?: boolean; columns?: number } = {}) {
    let [stdout, stderr] = ['', '']
    const exitCode = await moduleHashes(args, {
      stdout: { ...terminal, write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      defaultFolder: folder,
      resolve: (typed) => resolve(folder, typed),
    })
    return { exitCode, stdout, stderr }
  }

  const chain = { 'a.ts': "import { b } from './lib/b.js'", 'lib/b.ts': 'export const b = 1' }

  it('sums up the folder and leaves out what is no source of it', async () => {
    const others = ['node_modules/x.ts', 'dist/x.ts', 'coverage/x.ts', '.git/x.ts', 'x.d.ts', 'x.js']
    await write({ ...chain, ...Object.fromEntries(others.map((path) => [path, 'export {}'])) })
    const { exitCode, stdout, stderr } = await start([])
    expect(stdout).toMatch(
      /^hashed 50 % of the 2 modules\nhashed 100 % of the 2 modules\n2 modules, 1 import, in \d+ ms\n/,
    )
    expect(stdout).toMatch(/Imported by nobody \(1\):\n {2}[0-9a-f]{12} {2}a\.ts\n/)
    expect(stdout).toMatch(/each imported by the next:\n {2}lib\/b\.ts\n {3}a\.ts\n$/)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  it('shows progress on one line of a terminal, which is gone when the summary comes', async () => {
    await write({ ...chain, [`${'long/'.repeat(30)}c.ts`]: '' })
    const { stdout } = await start([], { isTTY: true, columns: 40 })
    const [before, ...frames] = stdout.split('\r\u001b[K')
    expect(before).toBe('')
    expect(frames.length).toBeGreaterThan(1)
    for (const frame of frames.slice(0, -1)) {
      expect(frame).toMatch(/^[█░]{24} \d of 3/)
      expect(frame.length).toBeLessThan(40)
    }
    expect(frames.at(-1)).toMatch(/^3 modules, 1 import, /)
  })

  it('prints one JSON object on request, and nothing else', async () => {
    await write(chain)
    const { stdout } = await start(['--json'])
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect(JSON.parse(stdout)).toEqual({ modules: 2, imports: 1, hashes: { 'a.ts': hash, 'lib/b.ts': hash } })
  })

  it("reports modules that import each other in a circle as dagmar's own error", async () => {
    await write({
      'a.ts': "export * from './b'",
      'b.ts': "await import('./c/index.ts')",
      'c/index.ts': "import '../a.js'",
    })
    const { exitCode, stdout, stderr } = await start([])
    expect(stderr).toMatch(/^DAG_CYCLE: .*a\.ts → b\.ts → c\/index\.ts → a\.ts\. Each needs the next: .*\n$/)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  })

  it('minds a circle of types only with --types', async () => {
    await write({ 'a.ts': "import type { B } from './b'", 'b.ts': "import { type A } from './a'" })
    expect((await start([])).exitCode).toBe(0)
    const { exitCode, stderr } = await start(['--types'])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^DAG_CYCLE: [^]*\nWithout --types, imports of types do not count\.\n$/)
  })

  it('is kind to a folder without modules', async () => {
    const nothing = 'There are no TypeScript modules in this folder.\n'
    expect(await start([])).toEqual({ exitCode: 0, stdout: nothing, stderr: '' })
    const { stdout } = await start(['--json'])
    expect(JSON.parse(stdout)).toEqual({ modules: 0, imports: 0, hashes: {} })
  })

  it.each([
    [['nope'], 'There is no folder nope.'],
    [['a.ts'], 'a.ts is a file, not a folder.'],
    [['a', 'b'], 'One folder at a time, please: not a and b.'],
    [['--jsno'], "Unknown option '--jsno'."],
  ])('says what is wrong with %j', async (args, complaint) => {
    await write(chain)
    const { exitCode, stdout, stderr } = await start(args)
    expect(stderr).toBe(`${complaint}\nTry: npm start -- --help\n`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  })

  it('explains itself', async () => {
    const { exitCode, stdout } = await start(['--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Usage: npm start/)
    for (const option of ['--json', '--types', '--help']) expect(stdout).toContain(option)
  })
})
