import { plan } from '../../graph/make-plan.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { withNoun } from '../../text/with-noun.ts'
import { fc } from './fast-check.ts'

/** The value. fast-check prints it as what `words` returns. */
export function worded<Value extends object>(value: Value, words: () => string): Value {
  return Object.defineProperty(value, fc.toStringMethod, { value: words, enumerable: false })
}

/** A plan as lines: each task with what it needs, and those of its options that are not the default. */
export function planInWords(plan: Plan): string {
  const pools = Object.entries(plan.pools).map(([pool, amount]) => `, ${amount} of ${pool}`)
  const slots = plan.concurrency === undefined ? '' : `, ${plan.concurrency} at once`
  const head = `${plan.name}: ${withNoun(plan.tasks.length, 'task')}${slots}${pools.join('')}`
  return [head, ...plan.tasks.map((task) => `  ${taskInWords(plan, task)}`)].join('\n')
}

function taskInWords(plan: Plan, task: PlannedTask): string {
  const needs = task.needs.map((need) => plan.tasks[need]!.id)
  const said = optionsInWords(task)
  return `${task.id}${needs.length === 0 ? '' : ` ← ${needs.join(', ')}`}${said.length === 0 ? '' : ` (${said.join(', ')})`}`
}

/** A task that sets no options. */
const plain = plan({ name: 'plain', tasks: { it: { run: () => undefined } } }).tasks[0]!
const plainPolicy = new Map<string, unknown>(Object.entries(plain.policy))

function optionsInWords(task: PlannedTask): string[] {
  const { rule, teardown, confirm, policy, backoff, priority, estimateMs, uses, executor, agent } = task
  return [
    ...(teardown ? ['teardown'] : []),
    ...(confirm === undefined
      ? []
      : [`confirm${confirm.defaultAnswer === undefined ? '' : `, else ${confirm.defaultAnswer}`}`]),
    ...(rule === plain.rule ? [] : [`when ${typeof rule === 'function' ? 'its own rule' : rule}`]),
    ...Object.entries(policy)
      .filter(([field, value]) => value !== plainPolicy.get(field) && !isNoGrace(field, value))
      .map(([field, value]) => `${field} ${value}`),
    ...(policy.maxAttempts === 1
      ? []
      : [`backoff ${backoff.baseMs} ms × ${backoff.factor} up to ${backoff.capMs} ± ${backoff.jitter}`]),
    ...(priority === plain.priority ? [] : [`priority ${priority}`]),
    ...(estimateMs === undefined ? [] : [`estimate ${estimateMs}`]),
    ...Object.entries(uses).map(([pool, amount]) => `uses ${amount} of ${pool}`),
    ...(executor === plain.executor ? [] : [`on ${executor}`]),
    ...(agent === undefined ? [] : [`by an agent ${JSON.stringify(agent)}`]),
  ]
}

/** Generated tasks have no kill grace where nothing asks for one. */
function isNoGrace(field: string, value: unknown): boolean {
  return field === 'killGraceMs' && value === 0
}
