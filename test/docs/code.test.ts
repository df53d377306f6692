import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePlan } from 'dagmar/plan-file'
import manifest from '../../package.json' with { type: 'json' }
import { createProgram } from '../../src/cli/program.ts'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { allPages, type Block, blocksOf } from './pages.ts'

const run = promisify(execFile)
const top = fileURLToPath(new URL('../../', import.meta.url))
const blocks = allPages().flatMap(blocksOf)
const inLanguage = (...languages: readonly string[]) =>
  blocks
    .filter(({ language }) => languages.includes(language))
    .map((block) => ({ ...block, where: `${block.page}:${block.line}` }))
const programs = inLanguage('ts', 'js')
const plans = inLanguage('yaml')
const commands = inLanguage('sh').flatMap(({ where, text }) =>
  [...text.matchAll(/\bdagmar (?!<)([^#&|\n]+)/g)].map(([, words]) => ({ where, words: words!.trim() })),
)

// Inside a build of the package, where programs find `dagmar` by its name as they do where it is installed.
let folder = ''
const nameOf = ({ page, line }: Block): string => `${basename(page, '.md')}-${line}`

beforeAll(() => {
  folder = mkdtempSync(join(dirname(builtDagmar()), '../docs-'))
  for (const program of programs) writeFileSync(join(folder, `${nameOf(program)}.ts`), program.text)
  const sources = Object.entries(manifest.exports).flatMap(([name, target]) => {
    if (typeof target === 'string') return []
    const source = target.types.replace('./dist/types/', top).replace(/\.d\.ts$/, '.ts')
    return [[name.replace('.', 'dagmar'), [source]] as const]
  })
  const config = {
    extends: join(top, 'tsconfig.json'),
    include: ['*.ts'],
    compilerOptions: {
      noEmit: false,
      outDir: 'out',
      declaration: false,
      declarationDir: null,
      paths: Object.fromEntries(sources),
    },
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
}, 60_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the programs in the documentation', () => {
  it('compile as they stand', async () => {
    const tsc = join(top, 'node_modules/typescript/bin/tsc')
    const compiled = run(process.execPath, [tsc, '-p', folder, '--pretty', 'false']).catch(
      ({ stdout }: { readonly stdout: string }) => ({ stdout }),
    )
    expect((await compiled).stdout).toBe('')
  })

  it.each(programs)('run, and print what the comments behind console.log say: $where', async (program) => {
    const { VITEST: _vitest, NODE_TEST_CONTEXT: _context, ...env } = process.env
    const main = join(folder, 'out', relative(top, folder), `${nameOf(program)}.js`)
    // What they leave behind goes with the folder.
    const { stdout } = await run(process.execPath, [main], { env, cwd: dirname(main) })
    const said = [...program.text.matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(([, text]) => text!)
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(said))
  })
})

describe('the plans in the documentation', () => {
  it.each(plans)('are plans: $where', ({ text }) => {
    expect(() => parsePlan(text)).not.toThrow()
  })
})

describe('the commands in the documentation', () => {
  it.each(commands)('are commands with options that there are: dagmar $words ($where)', ({ words }) => {
    const [name, ...rest] = words.split(/\s+/)
    const command = createProgram('0').commands.find((one) => one.name() === name)
    const known = command?.options.flatMap(({ short, long }) => [short, long]) ?? []
    const flags = rest.filter((word) => /^--?[a-z]/.test(word))
    expect(command?.name()).toBe(name)
    expect(known).toEqual(expect.arrayContaining(flags))
  })
})
