import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { repository } from '../paths.ts'
import { median } from '../statistics.ts'
import type { Took } from './stopwatch.ts'

export interface ImportCell {
  readonly rounds: number
}

/** Milliseconds beyond those of an empty Node process, but for `help`. */
export interface ImportTime {
  readonly dagmar: { readonly cpuMs: number; readonly wallMs: number }
  /** xstate and rxjs alone, which dagmar stands on. */
  readonly foundations: { readonly cpuMs: number; readonly wallMs: number }
  /** Of `dagmar --help`, and of Node that is given an empty program: from the start of the process to its end. */
  readonly help: { readonly wallMs: number; readonly emptyMs: number }
}

/** What a bundle of it weighs, minified and compressed: `npm run verify:size`. */
export interface Size {
  readonly name: string
  readonly size: number
}

const run = promisify(execFile)
const programs = {
  nothing: '',
  foundations: "await Promise.all([import('xstate'), import('rxjs')])",
  dagmar: "await import('dagmar')",
} as const

/** In fresh processes, in turn. The files are in the system's cache after the first, which is not counted. */
export async function measureImport({ rounds }: ImportCell): Promise<ImportTime> {
  const took = { nothing: [] as Took[], foundations: [] as Took[], dagmar: [] as Took[] }
  for (let round = 0; round <= rounds; round++) {
    for (const name of ['nothing', 'foundations', 'dagmar'] as const)
      took[name].push(await once(programs[name]))
  }
  const beyond = (name: 'foundations' | 'dagmar') => {
    const of = (what: 'nothing' | typeof name, part: 'cpuUs' | 'wallUs') =>
      median(took[what].slice(1).map((one) => one[part])) / 1_000
    return {
      cpuMs: of(name, 'cpuUs') - of('nothing', 'cpuUs'),
      wallMs: of(name, 'wallUs') - of('nothing', 'wallUs'),
    }
  }
  return { dagmar: beyond('dagmar'), foundations: beyond('foundations'), help: await measureHelp(rounds) }
}

async function measureHelp(rounds: number): Promise<ImportTime['help']> {
  const took = { help: [] as number[], empty: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    took.help.push(await wallOf([`${repository()}dist/cli.js`, '--help']))
    took.empty.push(await wallOf(['-e', '']))
  }
  return { wallMs: median(took.help.slice(1)), emptyMs: median(took.empty.slice(1)) }
}

async function wallOf(args: readonly string[]): Promise<number> {
  const from = performance.now()
  await run(process.execPath, args)
  return performance.now() - from
}

async function once(program: string): Promise<Took> {
  const report = `const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ cpuUs: user + system, wallUs: performance.now() * 1000 }))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', `${program}\n${report}`], {
    cwd: repository(),
  })
  return JSON.parse(stdout) as Took
}

export async function measureSize(): Promise<readonly Size[]> {
  const sizeLimit = `${repository()}node_modules/size-limit/bin.js`
  // It fails where a limit is passed, and says the size all the same.
  const { stdout } = await run(process.execPath, [sizeLimit, '--json'], { cwd: repository() }).catch(
    (error: unknown) => {
      if (typeof error === 'object' && error !== null && 'stdout' in error)
        return { stdout: String(error.stdout) }
      throw error
    },
  )
  return (JSON.parse(stdout) as Size[]).map(({ name, size }) => ({ name, size }))
}
