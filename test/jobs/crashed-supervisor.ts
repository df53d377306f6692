import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { command, type Fact, type PlanDefinition, plan, type RunFact, type TaskDefinition } from 'dagmar'
import { checkInvariants } from 'dagmar/testing'
import { seeded } from '../../src/chance/seeded.ts'
import type { Job, Jobs } from '../../src/jobs/index.ts'
import { kill, TestHome } from './test-home.ts'

interface Watched {
  readonly job: Job
  readonly definition: PlanDefinition
  readonly facts: RunFact[]
  isComplete: boolean
}

/** The jobs of one state directory, whose supervisor is killed again and again. */
export class CrashedSupervisor {
  readonly home = new TestHome()
  readonly #chance: () => number
  readonly #watched: Watched[] = []
  readonly #problems: string[] = []
  #jobs!: Jobs
  kills = 0

  constructor(seed: number) {
    this.#chance = seeded(seed)
  }

  async open(): Promise<void> {
    this.#jobs = await this.home.connect()
  }

  /** Dispatches a few jobs at once, and watches what they tell from their first fact on. */
  async dispatch(count: number): Promise<void> {
    const all = Array.from({ length: count }, async () => {
      const definition = this.#anyPlan()
      const job = await this.#jobs.dispatch(definition, {
        env: { ...this.home.env, EFFECTS: this.home.effects },
      })
      const watched: Watched = { job, definition, facts: [], isComplete: false }
      this.#watched.push(watched)
      job.events().subscribe({
        next: (fact: Fact) => {
          if ('seq' in fact) watched.facts.push(fact as RunFact)
        },
        error: (thrown: unknown) => this.#problems.push(`${job.id} cannot be watched: ${String(thrown)}`),
        complete: () => {
          watched.isComplete = true
        },
      })
    })
    await Promise.all(all)
  }

  /** Waits until there is a supervisor, and a little longer, and kills it. */
  async killSupervisor(): Promise<void> {
    const { pid } = await this.#jobs.status()
    await wait(20 + this.#chance() * 500)
    kill(pid)
    this.kills++
  }

  get isAtWork(): boolean {
    return this.#watched.some(({ isComplete }) => !isComplete)
  }

  /** What is wrong once all jobs have settled. */
  async problems(): Promise<readonly string[]> {
    const problems = this.#problems
    const known = new Set((await this.#jobs.list()).map(({ id }) => id))
    for (const watched of this.#watched) {
      const { job, facts, definition } = watched
      const at = (problem: string): void => void problems.push(`${job.id}: ${problem}`)
      if (!known.has(job.id)) at('is not in the list')
      const { status, reason } = await job.settled()
      if (status !== 'completed') at(`is ${status}: ${String(reason)}`)
      await until(() => watched.isComplete)
      if (facts.some(({ seq }, index) => seq !== index + 1)) at('a fact was lost or came twice')
      for (const { message } of checkInvariants(facts, planIn(definition), { ended: true })) at(message)
      for (const wrong of wrongEffects(this.#effectsOf(job.id), facts)) at(wrong)
    }
    for (const pid of this.home.orphans) problems.push(`the process ${pid} is left`)
    if (this.home.supervisors.length > 1) problems.push('there are several supervisors')
    return problems
  }

  #effectsOf(jobId: string): readonly Effect[] {
    if (!existsSync(this.home.effects)) return []
    const lines = readFileSync(this.home.effects, 'utf8').split('\n')
    return lines.flatMap((line) => {
      const [id, taskId = '', attempt, what = ''] = line.split(' ')
      return id === jobId ? [{ taskId, attempt: Number(attempt), what }] : []
    })
  }

  /** A few tasks, some of which leave a process behind, fail at first, or outlive the next start of a supervisor. */
  #anyPlan(): PlanDefinition {
    const size = 2 + Math.floor(this.#chance() * 4)
    const tasks = Object.fromEntries(
      Array.from({ length: size }, (_, index): [string, TaskDefinition] => {
        const needs = Array.from({ length: index }, (_none, need) => `t${need}`).filter(
          () => this.#chance() < 1 / (index + 1),
        )
        const seconds = this.#chance() < 0.3 ? 0.7 : this.#chance() * 0.1
        const fails = this.#chance() < 0.2 ? '[ "${DAGMAR_ATTEMPT##*/}" != 1 ] || exit 3; ' : ''
        const run = command(
          `${say('begin')}; setsid -f sleep ${seconds}; sleep ${seconds}; ${fails}${say('end')}`,
        )
        return [`t${index}`, { run, needs, when: 'all-settled' }]
      }),
    )
    const retry = { maxAttempts: 3, backoff: { base: 30, factor: 1 } }
    return { name: 'random', tasks, defaults: { maxInterruptions: Infinity, retry } }
  }
}

interface Effect {
  readonly taskId: string
  readonly attempt: number
  readonly what: string
}

const say = (what: string): string =>
  `echo "$DAGMAR_RUN_ID $DAGMAR_TASK_ID \${DAGMAR_ATTEMPT##*/} ${what}" >> "$EFFECTS"`

function wrongEffects(effects: readonly Effect[], facts: readonly RunFact[]): readonly string[] {
  const problems: string[] = []
  const latest = new Map<string, number>()
  const seen = new Set<string>()
  for (const { taskId, attempt, what } of effects) {
    const line = `${taskId}/${attempt} ${what}`
    if (seen.has(line)) problems.push(`${line} twice`)
    seen.add(line)
    // Whatever an earlier supervisor has started is over before a later one starts it again.
    if (attempt < (latest.get(taskId) ?? 0)) problems.push(`an orphan did ${line}`)
    latest.set(taskId, Math.max(attempt, latest.get(taskId) ?? 0))
  }
  for (const fact of facts) {
    if (fact.type !== 'task.completed') continue
    const { taskId, attempt } = fact
    if (!seen.has(`${taskId}/${attempt} end`)) problems.push(`what ${taskId}/${attempt} has done is lost`)
    if (latest.get(taskId) !== attempt) problems.push(`${taskId} was repeated`)
  }
  return problems
}

async function until(isTrue: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 60_000
  while (!isTrue() && performance.now() < giveUpAt) await wait(20)
}

function planIn(definition: PlanDefinition) {
  return plan(definition)
}
