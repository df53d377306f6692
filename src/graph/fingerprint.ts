import { Digest } from '../chance/digest.ts'
import { canonicalText } from './canonical-text.ts'
import type { Plan, PlannedTask } from './plan.ts'

/** The parts of a plan that its fingerprint covers. */
export type Fingerprinted = Pick<Plan, 'tasks' | 'order' | 'concurrency' | 'pools' | 'timeoutMs' | 'version'>

/** See `Plan.fingerprint`. Takes time in proportion to tasks, dependencies and the data of their work. */
export function fingerprintOf(plan: Fingerprinted): string {
  const { tasks, order, concurrency, pools, timeoutMs, version } = plan
  const digest = new Digest()
  digest.addText(canonicalText({ order, concurrency, pools, timeoutMs, version }))
  const settings = new LastSettings()
  for (const task of tasks) {
    digest.addText(task.id)
    digest.addInteger(task.needs.length)
    for (const need of task.needs) digest.addInteger(need)
    settings.add(task, digest)
    if (typeof task.work !== 'function') digest.addText(canonicalText(task.work))
  }
  return digest.toString()
}

/** Most tasks of a dag have the same settings as the task before: then that is noted instead of the settings. */
class LastSettings {
  #task: PlannedTask | undefined
  #text = ''

  add(task: PlannedTask, digest: Digest): void {
    const last = this.#task
    const isLike = last !== undefined && areAlike(last, task)
    const text = isLike ? this.#text : settingsText(task)
    if (text === this.#text) digest.addInteger(1)
    else {
      digest.addInteger(2)
      digest.addText(text)
    }
    this.#task = task
    this.#text = text
  }
}

/** All of a task but what `fingerprintOf` adds itself. */
type Setting = Exclude<keyof PlannedTask, 'id' | 'index' | 'needs' | 'dependents' | 'work'>

/** How each setting is written. Plans have the fields of policy and backoff always in the same order. */
const written: Readonly<Record<Setting, (task: PlannedTask) => string>> = {
  rule: ({ rule }) => (typeof rule === 'function' ? 'function' : rule),
  policy: ({ policy }) => Object.values(policy).join(),
  backoff: ({ backoff }) => Object.values(backoff).join(),
  maxInterruptions: ({ maxInterruptions }) => String(maxInterruptions),
  priority: ({ priority }) => String(priority),
  estimateMs: ({ estimateMs }) => String(estimateMs),
  uses: ({ uses }) => canonicalText(uses),
  executor: ({ executor }) => executor,
  teardown: ({ teardown }) => String(teardown),
  confirm: ({ confirm }) => canonicalText(confirm),
  agent: ({ agent }) => (agent === undefined ? '' : canonicalText(agent)),
}
const settings = Object.keys(written) as readonly Setting[]

function areAlike(one: PlannedTask, other: PlannedTask): boolean {
  return settings.every((name) => one[name] === other[name])
}

function settingsText(task: PlannedTask): string {
  return settings.map((name) => written[name](task)).join()
}
