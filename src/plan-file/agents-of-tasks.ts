import type { TaskId } from '../../machines/outcome.ts'
import type { PromptCommand } from '../executors/prompt.ts'
import { namesModel, type PlanAgent } from './agents-of.ts'
import type { Path } from './places.ts'
import type { ProblemReporter } from './problem-reporter.ts'
import type { WrittenDefaults } from './plan-schema.ts'

export interface AgentsOfTasksOptions {
  /** The agents that are known. Undefined where some of them are wrong. Where there are none, whoever runs the plan has them. */
  readonly agents: readonly PlanAgent[] | undefined
  readonly defaults: WrittenDefaults
  readonly reporter: ProblemReporter
}

type Field = 'requires' | 'agent' | 'fallback'

/** Finds the agents that tasks of a plan file may be given to, and reports what none of them can be. */
export class AgentsOfTasks {
  readonly #options: AgentsOfTasksOptions
  readonly #byId: ReadonlyMap<string, PlanAgent>
  /** What was reported, by its path: defaults are those of many tasks. */
  readonly #reported = new Set<string>()

  constructor(options: AgentsOfTasksOptions) {
    this.#options = options
    this.#byId = new Map((options.agents ?? []).map((agent) => [agent.options.id, agent]))
  }

  /** Reports agents that there are not, and capabilities that none of those has that the task may go to. */
  judge(task: WrittenDefaults, id: TaskId): void {
    const { agents } = this.#options
    if (agents === undefined || agents.length === 0) return
    const { requires, agent, fallback } = this.#asked(task)
    for (const { name, path } of this.#named(task, id)) {
      if (!this.#byId.has(name)) {
        this.#report(path, `is '${name}', and there is no such agent.`, name, this.#byId.keys())
        continue
      }
      const lacking = this.#lackOf(name, requires)
      if (lacking === undefined) continue
      this.#report(
        path,
        `is '${name}', which does not have the capability '${lacking}' that the task requires.`,
      )
    }
    if (agent !== undefined || requires.length === 0) return
    const known = new Set(agents.flatMap(({ options }) => options.capabilities ?? []))
    const path = this.#pathOf(task, id, 'requires')
    const unknown = requires.findIndex((name) => !known.has(name))
    if (unknown !== -1) {
      const name = requires[unknown]!
      this.#report([...path, unknown], `is '${name}', which no agent can do.`, name, known)
    } else if (this.#capable(requires).length === 0 && fallback.length === 0) {
      this.#report(path, `is ${requires.join(', ')}, and no agent has all of it.`)
    }
  }

  /** The commands of the agents that a prompt may be given to. Undefined where it cannot be, which is reported. */
  commandsFor(task: WrittenDefaults, id: TaskId): Readonly<Record<string, PromptCommand>> | undefined {
    const { requires, agent, fallback, model } = this.#asked(task)
    const at: Path = ['tasks', id, 'prompt']
    if (agent === undefined && requires.length === 0 && fallback.length === 0) {
      this.#report(at, 'is set, but the task says no agent that does it.', undefined, [], {
        hint: 'Say what the agent must be able to do, as in requires: [write], or which one it is, as in agent: ada.',
      })
      return undefined
    }
    if (this.#options.agents === undefined) return undefined
    const routed = agent === undefined ? this.#capable(requires) : [agent]
    const commands: [string, PromptCommand][] = []
    const before = this.#options.reporter.problemCount()
    for (const name of new Set([...routed, ...fallback])) {
      const known = this.#byId.get(name)
      if (known?.command !== undefined) {
        commands.push([name, known.command])
        if (model === undefined && namesModel(known.command)) {
          this.#report(at, `may be given to '${name}', whose run names a model, and the task says none.`)
        }
      }
      if (known !== undefined && known.command === undefined) {
        this.#report(at, `may be given to '${name}', but that agent has no run.`, undefined, [], {
          hint: 'Say in agents how it is given a prompt, as in run: agent ${{ prompt }}.',
        })
      }
    }
    if (this.#options.agents.length === 0) {
      this.#report(at, 'is set, but there are no agents that could be given it.', undefined, [], {
        hint: 'Say who there is and how they are given a prompt, as in agents: [{ id: ada, capabilities: [write], run: "agent ${{ prompt }}" }].',
      })
    }
    if (this.#options.reporter.problemCount() > before || commands.length === 0) return undefined
    return Object.freeze(Object.fromEntries(commands))
  }

  #asked(task: WrittenDefaults) {
    const { defaults } = this.#options
    return {
      requires: task.requires ?? defaults.requires ?? [],
      agent: task.agent ?? defaults.agent,
      fallback: task.fallback ?? defaults.fallback ?? [],
      model: task.model ?? defaults.model,
    }
  }

  *#named(task: WrittenDefaults, id: TaskId): Generator<{ readonly name: string; readonly path: Path }> {
    const { agent, fallback } = this.#asked(task)
    if (agent !== undefined) yield { name: agent, path: this.#pathOf(task, id, 'agent') }
    const path = this.#pathOf(task, id, 'fallback')
    for (const [index, name] of fallback.entries()) yield { name, path: [...path, index] }
  }

  #pathOf(task: WrittenDefaults, id: TaskId, field: Field): Path {
    return task[field] === undefined ? ['defaults', field] : ['tasks', id, field]
  }

  #capable(requires: readonly string[]): readonly string[] {
    return [...this.#byId.keys()].filter((id) => this.#lackOf(id, requires) === undefined)
  }

  #lackOf(id: string, requires: readonly string[]): string | undefined {
    const { capabilities = [] } = this.#byId.get(id)!.options
    return requires.find((name) => !capabilities.includes(name))
  }

  #report(
    path: Path,
    rest: string,
    word?: string,
    known: Iterable<string> = [],
    options: { readonly hint?: string } = {},
  ): void {
    const { reporter } = this.#options
    const key = JSON.stringify([path, rest])
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    reporter.report(path, rest + (word === undefined ? '' : reporter.didYouMean(word, known)), options)
  }
}
