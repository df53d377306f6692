import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fold, type Plan, plan, resultOf, type RunFact, type Store, type TaskDefinition } from 'dagmar'
import { journal } from 'dagmar/journal'
import { checkInvariants } from 'dagmar/testing'
import { sqlite } from 'dagmar/sqlite'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { withResolvers } from '../executors/commands.ts'
import { dyingAt, type FatalCall, inLane, type Program, sameInLane } from './traced.ts'

const coordinator = fileURLToPath(new URL('coordinator.mjs', import.meta.url))
/** Longer than any round takes, by far. */
const patienceMs = 30_000

/** When a coordinator dies: so long after its start, around one of its appends, or before a call to the system. */
export type Death =
  | { readonly afterMs: number }
  | { readonly append: number; readonly dies: 'before' | 'after' }
  | FatalCall
  | undefined

export interface Circumstances {
  readonly store: StoreName
  readonly seed: number
  /** @default 15 */
  readonly mostTasks?: number
  /** Another one for each of those that run at once and die at calls to the system. @default 0 */
  readonly lane?: number
}

export type StoreName = 'sqlite' | 'journal'

const stores: Readonly<Record<StoreName, (path: string) => Store>> = { sqlite, journal }

interface Ended {
  readonly code: number | null
  readonly said: string
  readonly complained: string
}

interface Coordinator {
  readonly end: Promise<Ended>
  signal(name: NodeJS.Signals): void
}

/** One run of a random dag, over as many coordinators as it takes. */
export class CrashedRun {
  readonly folder = mkdtempSync(join(tmpdir(), 'dagmar-crash-'))
  readonly #circumstances: Circumstances
  /** In the environment of every process of the run. */
  readonly #mark = randomUUID()
  readonly #problems: string[] = []
  #facts: readonly RunFact[] = []
  #rounds = 0
  crashes = 0
  /** How many appends the last coordinator that lived to the end made. */
  appends = 0

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances
  }

  get #path(): string {
    return join(this.folder, 'store')
  }

  get #effects(): string {
    return join(this.folder, 'effects')
  }

  /** Has a coordinator start the run, or go on with it. True where it lived to see the end. */
  async round(death: Death): Promise<boolean> {
    const { code, said, complained } = await this.start(death).end
    if (code !== null && code !== 0) this.#problems.push(`a coordinator failed with ${code}: ${complained}`)
    const lived = /^\w+ (\d+) /.exec(said)
    if (lived === null) this.crashes++
    else this.appends = Number(lived[1])
    await this.#compareJournals()
    return lived !== null
  }

  /** Lets the run settle without a crash, by a coordinator that another program may start. */
  async lives(
    by: (program: Program) => Program,
    more: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> {
    try {
      const { said, complained } = await this.start(undefined, more, by).end
      if (said === '') this.#problems.push(`the coordinator failed: ${complained}`)
      await this.#compareJournals()
      return this.problemsAtEnd()
    } finally {
      this.remove()
    }
  }

  /** Crashes at these instants, one after the other, and then lets the run settle. */
  async through(deaths: Iterable<Death>): Promise<readonly string[]> {
    try {
      for (const death of deaths) if (await this.round(death)) break
      for (let more = 0; more < 3; more++) if (await this.round(undefined)) break
      return this.problemsAtEnd()
    } finally {
      this.remove()
    }
  }

  /** What the tasks have given. */
  get outputs(): unknown {
    return resultOf(fold(this.#facts)).outputs
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Starts a coordinator; `more` goes into its environment. `by` may have it started by another program. */
  start(
    death: Death,
    more: Readonly<Record<string, string>> = {},
    by = (program: Program): Program => program,
  ): Coordinator {
    const { promise: end, resolve } = withResolvers<Ended>()
    const { store, seed, mostTasks = 15, lane = 0 } = this.#circumstances
    const program: Program = [process.execPath, coordinator]
    const isByCall = death !== undefined && 'call' in death
    const [file, ...args] = isByCall ? dyingAt(inLane(death, lane), this.folder, program) : by(program)
    const child = spawn(file, args, {
      env: {
        ...process.env,
        DIST: dirname(builtDagmar()),
        STORE: store,
        PATH_OF_STORE: this.#path,
        EFFECTS: this.#effects,
        SEED: String(seed),
        MOST_TASKS: String(mostTasks),
        ROUND: String(++this.#rounds),
        CRASH_MARK: this.#mark,
        ...(isByCall ? sameInLane(lane) : {}),
        ...(death !== undefined && 'append' in death
          ? { DIES_AT: String(death.append), DIES: death.dies }
          : {}),
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let complained = ''
    child.stdout.on('data', (text) => (said += String(text)))
    child.stderr.on('data', (text) => (complained += String(text)))
    const kill = (): void => void child.kill('SIGKILL')
    const timers = [setTimeout(kill, patienceMs)]
    if (death !== undefined && 'afterMs' in death) timers.push(setTimeout(kill, death.afterMs))
    child.on('close', (code) => {
      for (const timer of timers) clearTimeout(timer)
      resolve({ code, said, complained })
    })
    return { end, signal: (name) => void child.kill(name) }
  }

  async facts(at = this.#path): Promise<readonly RunFact[]> {
    if (!existsSync(at)) return []
    const store = stores[this.#circumstances.store](at)
    const facts = await store.read('run')
    await store.close()
    return facts
  }

  /** What a crash left is what the journal had before it, and perhaps more. */
  async #compareJournals(): Promise<void> {
    // Of a copy: the next coordinator is to find what the last one has left, which to open it would change.
    const copy = join(this.folder, 'copy')
    for (const name of readdirSync(this.folder))
      if (name.startsWith('store')) cpSync(join(this.folder, name), join(copy, name), { recursive: true })
    const facts = await this.facts(join(copy, 'store'))
    rmSync(copy, { recursive: true, force: true })
    const before = this.#facts
    this.#facts = facts
    if (JSON.stringify(facts.slice(0, before.length)) !== JSON.stringify(before))
      this.#problems.push('a crash has changed the journal')
    if (facts.some(({ seq }, index) => seq !== index + 1)) this.#problems.push('the journal has a gap')
  }

  problemsAtEnd(): readonly string[] {
    const problems = this.#problems
    const view = fold(this.#facts)
    if (view.settledAt === undefined) return [...problems, 'the run has not settled']
    for (const { message } of checkInvariants(this.#facts, planIn(this.#facts), { ended: true }))
      problems.push(message)
    const { outcomes } = resultOf(view)
    for (const [taskId, { status }] of Object.entries(outcomes))
      if (status !== 'completed') problems.push(`${taskId} is ${status}`)
    problems.push(...this.#wrongEffects())
    for (const pid of processesWith(this.#mark)) problems.push(`the process ${pid} is left`)
    return problems.map((problem) => `${problem} (seed ${this.#circumstances.seed}, ${this.crashes} crashes)`)
  }

  #wrongEffects(): readonly string[] {
    const problems: string[] = []
    const lines = readFileSync(this.#effects, 'utf8').trim().split('\n')
    const effects = lines.map((line) => {
      const [round, taskId, attempt, what] = line.split(' ')
      return { line, round: Number(round), taskId, attempt: Number(attempt), what }
    })
    // Whatever an earlier coordinator has started is over before a later one starts anything.
    for (const [index, { round, line }] of effects.entries())
      if (index > 0 && round < effects[index - 1]!.round) problems.push(`an orphan did '${line}'`)
    for (const line of lines)
      if (lines.indexOf(line) !== lines.lastIndexOf(line)) problems.push(`'${line}' twice`)
    for (const fact of this.#facts) {
      if (fact.type !== 'task.completed') continue
      const { taskId, attempt } = fact
      const own = effects.filter((effect) => effect.taskId === taskId)
      if (!own.some((effect) => effect.attempt === attempt && effect.what === 'end'))
        problems.push(`the effect of ${taskId}/${attempt}, which is completed, is lost`)
      if (own.some((effect) => effect.attempt > attempt)) problems.push(`${taskId} was repeated`)
      // One more for each crash, and one that fails by itself.
      const begun = own.filter(({ what }) => what === 'begin').length
      if (begun > 2 + this.crashes) problems.push(`${taskId} began ${begun} times`)
    }
    return problems
  }
}

/** The plan that the coordinators ran, but for its work. */
function planIn(facts: readonly RunFact[]): Plan {
  const { structure } = fold(facts)
  const tasks = structure.map(({ id, needs }): [string, TaskDefinition] => [
    id,
    { run: () => undefined, needs, when: 'all-settled' },
  ])
  const retry = { maxAttempts: 3, backoff: { base: 30, factor: 1 } }
  return plan({ name: 'random', tasks: Object.fromEntries(tasks), defaults: { retry } }) as unknown as Plan
}

function processesWith(mark: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`CRASH_MARK=${mark}`)
      } catch {
        return false
      }
    })
}
