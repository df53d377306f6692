import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import { show } from '../../graph/read-values.ts'

const longest = 80

/** The story of a task, or of the run as a whole, as lines: `#12  +62 ms  task.retrying  attempt 1 · …`. */
export function storyOf(facts: readonly RunFact[], taskId: TaskId | undefined): readonly string[] {
  const from = facts[0]?.at ?? 0
  return facts.filter((fact) => fact.taskId === taskId).map((fact) => lineOf(fact, from))
}

/** A fact as a line. Instants are counted from `from`. */
export function lineOf(fact: RunFact, from: number): string {
  const about = [
    ...('attempt' in fact && fact.attempt > 0 ? [`attempt ${fact.attempt}`] : []),
    ...particulars(fact),
    ...('until' in fact && typeof fact.until === 'number' ? [`until ${sinceStart(fact.until - from)}`] : []),
    ...(fact.causeSeq === undefined ? [] : [`because of #${fact.causeSeq}`]),
  ]
  const head = `#${fact.seq}  ${sinceStart(fact.at - from)}  ${fact.type}`
  return about.length === 0 ? head : `${head}  ${about.join(' · ')}`
}

function sinceStart(ms: number): string {
  return `+${ms} ms`
}

function particulars(fact: RunFact): string[] {
  switch (fact.type) {
    case 'run.created':
      return [`${fact.name}, ${fact.structure.length} tasks`]
    case 'run.redriven':
      return [fact.tasks.join(', ')]
    case 'run.draining':
    case 'run.killing':
    case 'run.killed':
      return [fact.reason]
    case 'run.failed':
      return fact.failure === undefined ? [] : [said(fact.failure)]
    case 'task.dispatched':
    case 'task.deferred':
      return [fact.executor]
    case 'task.placed':
      return [fact.executor, short(fact.handle)]
    case 'task.warned':
      return [short(fact.message)]
    case 'task.asked':
      return [short(fact.question)]
    case 'task.answered':
      return [short(fact.answer)]
    case 'task.stalled':
      return [`silent for ${fact.silentMs} ms`]
    case 'task.stopping':
      return [`because of ${fact.reason}${fact.limitMs === undefined ? '' : `, past ${fact.limitMs} ms`}`]
    case 'task.abandoned':
      return [`because of ${fact.reason}`]
    case 'task.retrying':
    case 'task.dead-lettered':
      return [said(fact.failure)]
    case 'task.redriven':
      return [`was ${fact.from}`]
    case 'task.completed':
      return [`output ${short(fact.output)}`]
    case 'task.failed':
      return [
        said(fact.failure),
        ...(fact.ignored ? ['ignored'] : []),
        ...(fact.abandoned ? ['abandoned'] : []),
      ]
    case 'task.killed':
      return [fact.reason, ...(fact.abandoned ? ['abandoned'] : [])]
    case 'task.skipped':
      return [fact.causedBy === undefined ? fact.because : `${fact.because} of ${fact.causedBy}`]
    case 'run.started':
    case 'run.paused':
    case 'run.resumed':
    case 'run.recovered':
    case 'run.completed':
    case 'task.ready':
    case 'task.starting':
    case 'task.started':
    case 'task.unstalled':
      return []
  }
}

function said({ code, message }: { readonly code: string; readonly message: string }): string {
  return short(`${code}: ${message}`)
}

function short(value: unknown): string {
  const line = (typeof value === 'string' ? value : asJson(value)).replaceAll(/\s+/g, ' ')
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`
}

/** Outputs may be anything: a value without a JSON form is described in words. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? show(value)
  } catch {
    return show(value)
  }
}
