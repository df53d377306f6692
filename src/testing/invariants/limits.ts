import type { TaskId } from '../../../machines/outcome.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { endsAttempt } from '../facts/attempts-of.ts'
import { type Finding, found, type Judged, type Limits, taskOf } from './judged.ts'

/** 3. Slots, pools and capacities in use never exceed a limit. */
export function limitsHold({ plan, facts, limits }: Judged): readonly Finding[] {
  const findings: Finding[] = []
  const use = new Use(limits)
  for (const fact of facts) {
    if (fact.taskId === undefined) continue
    if (endsAttempt(fact)) use.release(fact.taskId)
    if (fact.type !== 'task.dispatched') continue
    const task = taskOf(plan, fact.taskId)
    for (const exceeded of use.take(task)) {
      const holders = use.holders.join(', ')
      findings.push(found(3, fact, `when ${fact.taskId} began, ${exceeded} (${holders})`))
    }
  }
  return findings
}

/** What is in use, task by task. */
export class Use {
  readonly #limits: Limits
  readonly #held = new Map<string, PlannedTask>()
  readonly #pools = new Map<string, number>()
  readonly #executors = new Map<string, number>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get holders(): readonly string[] {
    return [...this.#held.keys()]
  }

  /** Takes what the task needs, under its id or another key. Returns a sentence for each limit that this exceeds. */
  take(task: PlannedTask, key: TaskId = task.id): readonly string[] {
    this.release(key)
    this.#held.set(key, task)
    const exceeded: string[] = []
    const { concurrency, pools, capacities } = this.#limits
    if (this.#held.size > concurrency) exceeded.push(`${this.#held.size} of ${concurrency} slots were in use`)
    for (const [pool, amount] of Object.entries(task.uses)) {
      const used = add(this.#pools, pool, amount)
      const limit = pools[pool]
      if (limit !== undefined && used > limit)
        exceeded.push(`${used} of ${limit} of the pool ${pool} were in use`)
    }
    const carried = add(this.#executors, task.executor, 1)
    const capacity = capacities[task.executor]
    if (capacity !== undefined && carried > capacity) {
      exceeded.push(`${carried} attempts were on the executor ${task.executor}, which carries ${capacity}`)
    }
    return exceeded
  }

  release(key: string): void {
    const task = this.#held.get(key)
    if (task === undefined) return
    this.#held.delete(key)
    for (const [pool, amount] of Object.entries(task.uses)) add(this.#pools, pool, -amount)
    add(this.#executors, task.executor, -1)
  }
}

function add(counts: Map<string, number>, name: string, amount: number): number {
  const count = (counts.get(name) ?? 0) + amount
  counts.set(name, count)
  return count
}
