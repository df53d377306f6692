import { rmdirSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { PlanDefinition } from '../../graph/make-plan.ts'
import type { Home } from '../home.ts'
import { newJobId } from '../job-id.ts'
import type { Request } from '../protocol/messages.ts'
import { makeSpec } from '../spool/make-spec.ts'
import { jobEnvironment } from '../spool/job-environment.ts'
import type { JobSpec } from '../spec.ts'
import type { JobOptions } from './jobs.ts'
import type { SupervisorLink } from './supervisor-link.ts'

type Variables = Readonly<Record<string, string>>

interface Dispatched {
  readonly spec: JobSpec
  readonly environment: { readonly name: string; readonly variables: Variables }
  readonly resolve: (id: string) => void
  readonly reject: (reason: unknown) => void
}

/** So many jobs are sent at once, and so many tasks of them. */
const mostJobs = 1_000
const mostTasks = 5_000

/**
 * Sends what is dispatched within one turn of the event loop together. Each job gets its id here: over a lost connection
 * it can be sent again, and is taken once.
 */
export class DispatchBatches {
  readonly #home: Home
  readonly #link: SupervisorLink
  #waiting: Dispatched[] = []
  /** Those of this turn of the event loop: what is read twice of one object is the same. */
  #environments = new Map<JobOptions['env'], Dispatched['environment']>()

  constructor(home: Home, link: SupervisorLink) {
    this.#home = home
    this.#link = link
  }

  /** Resolves with the id when the job is safe. */
  dispatch(definition: PlanDefinition, options: JobOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const environment = this.#environmentOf(options.env)
      const now = Date.now()
      const spec = makeSpec(newJobId(this.#home, now), definition, options, now)
      this.#waiting.push({ spec, environment, resolve, reject })
      if (this.#waiting.length === 1) setImmediate(() => this.#flush())
    })
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#environments = new Map()
    for (let from = 0; from < waiting.length; ) {
      let [to, tasks] = [from, 0]
      while (to < waiting.length && to - from < mostJobs && (to === from || tasks < mostTasks)) {
        const { definition } = waiting[to++]!.spec
        tasks += Object.keys(definition.tasks).length
      }
      void this.#send(waiting.slice(from, to))
      from = to
    }
  }

  async #send(jobs: readonly Dispatched[]): Promise<void> {
    try {
      await this.#link.askWith('dispatch', (known) => requestFor(jobs, known))
      for (const { spec, resolve } of jobs) resolve(spec.id)
    } catch (thrown) {
      // One that is refused does not refuse the others: none of them was taken.
      if (jobs.length > 1) await Promise.all(jobs.map((job) => this.#send([job])))
      else this.#refuse(jobs[0]!, thrown)
    }
  }

  #refuse({ spec, reject }: Dispatched, reason: unknown): void {
    try {
      rmdirSync(join(this.#home.jobs, spec.id))
    } catch {
      // It was taken after all, or is swept later.
    }
    reject(reason)
  }

  #environmentOf(env: JobOptions['env']): Dispatched['environment'] {
    const known = this.#environments.get(env)
    if (known !== undefined) return known
    const variables = jobEnvironment(env ?? process.env)
    const name = createHash('sha256').update(JSON.stringify(variables)).digest('hex')
    const environment = { name, variables }
    this.#environments.set(env, environment)
    return environment
  }
}

function requestFor(jobs: readonly Dispatched[], known: Set<string>): Request {
  const environments: Record<string, Variables> = {}
  for (const { environment } of jobs) {
    if (!known.has(environment.name)) environments[environment.name] = environment.variables
    known.add(environment.name)
  }
  return {
    verb: 'dispatch',
    jobs: jobs.map(({ spec, environment: { name } }) => ({ ...spec, environment: name })),
    environments,
  }
}
