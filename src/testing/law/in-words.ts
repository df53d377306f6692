import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { fc } from './fast-check.ts'

/** The value. fast-check prints it as what `words` returns. */
export function worded<Value extends object>(value: Value, words: () => string): Value {
  return Object.defineProperty(value, fc.toStringMethod, { value: words, enumerable: false })
}

/** A plan as lines: each task with what it needs, and those of its options that are not the default. */
export function planInWords(plan: Plan): string {
  const pools = Object.entries(plan.pools).map(([pool, amount]) => `, ${amount} of ${pool}`)
  const slots = plan.concurrency === undefined ? '' : `, ${plan.concurrency} at once`
  const head = `${plan.name}: ${plan.tasks.length} ${plan.tasks.length === 1 ? 'task' : 'tasks'}${slots}${pools.join('')}`
  return [head, ...plan.tasks.map((task) => `  ${taskInWords(plan, task)}`)].join('\n')
}

function taskInWords(plan: Plan, task: PlannedTask): string {
  const needs = task.needs.map((need) => plan.tasks[need]!.id)
  const said = optionsInWords(task)
  return `${task.id}${needs.length === 0 ? '' : ` ← ${needs.join(', ')}`}${said.length === 0 ? '' : ` (${said.join(', ')})`}`
}

function optionsInWords({
  rule,
  policy,
  backoff,
  priority,
  estimateMs,
  uses,
  executor,
}: PlannedTask): string[] {
  const { maxAttempts, onFailure, severity, timeoutMs, startTimeoutMs, stallAfterMs, stallGraceMs } = policy
  const { killGraceMs } = policy
  const never = Number.POSITIVE_INFINITY
  return [
    ...(rule === 'all-completed' ? [] : [`when ${typeof rule === 'function' ? 'its own rule' : rule}`]),
    ...(onFailure === 'skip' ? [] : [`onFailure ${onFailure}`]),
    ...(severity === 'error' ? [] : [severity]),
    ...(maxAttempts === 1
      ? []
      : [
          `${maxAttempts} attempts, ${backoff.baseMs} ms × ${backoff.factor} up to ${backoff.capMs} ± ${backoff.jitter}`,
        ]),
    ...(timeoutMs === never ? [] : [`timeout ${timeoutMs}`]),
    ...(startTimeoutMs === 30_000 ? [] : [`startTimeout ${startTimeoutMs}`]),
    ...(stallAfterMs === never ? [] : [`stall after ${stallAfterMs}, grace ${stallGraceMs}`]),
    ...(killGraceMs === 5_000 || killGraceMs === 0 ? [] : [`killGrace ${killGraceMs}`]),
    ...(priority === 0 ? [] : [`priority ${priority}`]),
    ...(estimateMs === undefined ? [] : [`estimate ${estimateMs}`]),
    ...Object.entries(uses).map(([pool, amount]) => `uses ${amount} of ${pool}`),
    ...(executor === 'inline' ? [] : [`on ${executor}`]),
  ]
}
