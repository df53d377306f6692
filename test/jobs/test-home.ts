import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { command, type PlanDefinition } from 'dagmar'
import type * as door from '../../src/jobs/index.ts'
import type { ConnectOptions, Job, Jobs } from '../../src/jobs/index.ts'
import { builtDagmar } from '../cli/built-dagmar.ts'

type JobsDoor = typeof door

/** `dagmar/jobs` as users have it: its supervisor is the built command line. */
export async function builtJobs(): Promise<JobsDoor> {
  return (await import(join(dirname(builtDagmar()), 'jobs.js'))) as JobsDoor
}

/** A state directory of one test, with what runs for it. */
export class TestHome {
  readonly path: string
  readonly #connections: Jobs[] = []

  /** The supervisor leaves after so many milliseconds with nothing to do. */
  constructor({ idleMs = 60_000, folder = tmpdir() }: { idleMs?: number; folder?: string } = {}) {
    builtDagmar()
    this.path = mkdtempSync(join(folder, 'dagmar-jobs-'))
    process.env['DAGMAR_SUPERVISOR_IDLE_MS'] = String(idleMs)
    // The user's own configuration is none of a test's.
    process.env['XDG_CONFIG_HOME'] = join(this.path, 'config')
  }

  async connect(options: ConnectOptions = {}): Promise<Jobs> {
    const { connect } = await builtJobs()
    const jobs = await connect({ home: this.path, ...options })
    this.#connections.push(jobs)
    return jobs
  }

  /** In the environment of everything that the jobs start. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, DAGMAR_TEST_HOME: this.path }
  }

  get effects(): string {
    return join(this.path, 'effects')
  }

  get supervisors(): readonly number[] {
    return processesWith(`DAGMAR_HOME=${this.path}`).filter((pid) =>
      /supervisor\0run/.test(read(pid, 'cmdline')),
    )
  }

  /** What the jobs have started and is there still. */
  get orphans(): readonly number[] {
    const supervisors = new Set(this.supervisors)
    return processesWith(`DAGMAR_TEST_HOME=${this.path}`).filter(
      (pid) => pid !== process.pid && !supervisors.has(pid),
    )
  }

  async remove(): Promise<void> {
    for (const jobs of this.#connections) await jobs.close()
    for (const pid of [...this.supervisors, ...this.orphans]) kill(pid)
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Runs the body with a state directory, and removes it with all that runs for it. */
export async function withHome(
  body: (home: TestHome) => Promise<void>,
  options: ConstructorParameters<typeof TestHome>[0] = {},
): Promise<void> {
  const home = new TestHome(options)
  try {
    await body(home)
  } finally {
    await home.remove()
  }
}

/** A job of one command. */
export function dispatchCommand(jobs: Jobs, home: TestHome, script: string): Promise<Job> {
  return jobs.dispatch(commandPlan(script), { env: home.env, cwd: home.path })
}

/** What a plan file makes of a task that is one command. */
export function commandPlan(script: string, name = 'command'): PlanDefinition {
  return { name, tasks: { [name]: { run: command(script) } } }
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}

function processesWith(variable: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && read(pid, 'environ').split('\0').includes(variable))
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
