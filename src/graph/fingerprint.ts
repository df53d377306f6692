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

function areAlike(one: PlannedTask, other: PlannedTask): boolean {
  return (
    one.policy === other.policy &&
    one.backoff === other.backoff &&
    one.uses === other.uses &&
    one.rule === other.rule &&
    one.teardown === other.teardown &&
    one.priority === other.priority &&
    one.estimateMs === other.estimateMs &&
    one.executor === other.executor
  )
}

/** Plans have the fields of policy and backoff always in the same order. */
function settingsText(task: PlannedTask): string {
  const { policy, backoff, uses, rule, teardown, priority, estimateMs, executor } = task
  const named = `${typeof rule === 'function' ? 'function' : rule}${teardown ? ' teardown' : ''}`
  const numbers = [...Object.values(policy), ...Object.values(backoff), priority, estimateMs].join()
  return `${named},${numbers},${canonicalText(uses)},${executor}`
}
