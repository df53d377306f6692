import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import { showMs } from '../../time/duration.ts'
import type { ExploredRun } from '../explore/explored-run.ts'
import { listed } from './listed.ts'

const longest = 40
const namedOpen = 6

/** How a run went, in words: one line each. In a large dag, tasks for which everything went well are left out. */
export function timelineOf(run: ExploredRun, about: readonly TaskId[] = []): readonly string[] {
  const { facts, variant, open, standstill } = run
  const from = facts[0]?.at ?? 0
  const told = new Set([...about, ...variant.faults.map(({ taskId }) => taskId), ...troubled(facts)])
  const isSmall = new Set(facts.map(({ taskId }) => taskId)).size <= 8
  const lines: string[] = []
  for (let index = 0; index < facts.length; ) {
    const fact = facts[index]!
    const alike = skipsAlike(facts, index)
    index += alike.length
    const isTold = fact.taskId === undefined || isSmall || alike.length > 1 || told.has(fact.taskId)
    const words = isTold ? wordsOf(fact, alike) : undefined
    if (words !== undefined) lines.push(`${sinceStart(fact.at - from)}  ${words}`)
  }
  const shown =
    lines.length <= longest
      ? lines
      : [...lines.slice(0, longest / 2), `… ${lines.length - longest} more`, ...lines.slice(-longest / 2)]
  if (standstill === undefined) return shown
  const waits = open.slice(0, namedOpen).map(({ sentence }) => `  ${sentence}`)
  return [
    ...shown,
    standstill === 'stuck' ? 'and then nothing more, ever:' : 'and so on, without end:',
    ...waits,
    ...(open.length > namedOpen ? [`  and ${open.length - namedOpen} tasks more that are not settled`] : []),
  ]
}

function sinceStart(ms: number): string {
  return (ms === 0 ? '0 ms' : `+${showMs(ms)}`).padStart(10)
}

const trouble: ReadonlySet<RunFact['type']> = new Set([
  'task.retrying',
  'task.failed',
  'task.killed',
  'task.stopping',
  'task.stalled',
  'task.asked',
  'task.abandoned',
  'task.deferred',
])

function troubled(facts: readonly RunFact[]): readonly TaskId[] {
  return facts.flatMap(({ type, taskId }) => (taskId !== undefined && trouble.has(type) ? [taskId] : []))
}

/** The facts from `index` on that skip tasks at the same instant for the same reason. */
function skipsAlike(facts: readonly RunFact[], index: number): readonly RunFact[] {
  const first = facts[index]!
  if (first.type !== 'task.skipped') return [first]
  let end = index + 1
  for (; end < facts.length; end++) {
    const next = facts[end]!
    if (next.type !== 'task.skipped' || next.at !== first.at) break
    if (next.because !== first.because || next.causedBy !== first.causedBy) break
  }
  return facts.slice(index, end)
}

/** A fact in words; undefined for facts that are mere bookkeeping. */
function wordsOf(fact: RunFact, alike: readonly RunFact[]): string | undefined {
  switch (fact.type) {
    case 'run.started':
      return 'the run starts'
    case 'run.draining':
      return `the run drains: ${fact.reason}`
    case 'run.killing':
      return `the run is ended: ${fact.failure?.message ?? fact.reason}`
    case 'run.completed':
      return 'the run is completed'
    case 'run.failed':
      return fact.failure === undefined ? 'the run failed' : `the run failed: ${fact.failure.message}`
    case 'run.killed':
      return `the run is over: ${fact.reason}`
    case 'task.deferred':
      return `${fact.taskId} is declined by its executor and waits`
    case 'task.started':
      return fact.attempt === 1 ? `${fact.taskId} starts` : `${fact.taskId} starts attempt ${fact.attempt}`
    case 'task.asked':
      return `${fact.taskId} asks what now: ${fact.question}`
    case 'task.answered':
      return `${fact.taskId} is answered: ${String(fact.answer)}`
    case 'task.stalled':
      return `${fact.taskId} is silent and counts as stalled`
    case 'task.unstalled':
      return `${fact.taskId} is heard of again`
    case 'task.stopping':
      return `${fact.taskId} is told to end (${fact.reason})`
    case 'task.abandoned':
      return `${fact.taskId} does not end and is given up`
    case 'task.retrying':
      return `${fact.taskId} fails (${fact.failure.message}) and is tried again in ${showMs(fact.until - fact.at)}`
    case 'task.completed':
      return `${fact.taskId} is completed`
    case 'task.failed':
      return `${fact.taskId} failed: ${fact.failure.message}${fact.ignored ? ' (ignored: it counts as completed)' : ''}`
    case 'task.dead-lettered':
      return `${fact.taskId} is a dead letter`
    case 'task.killed':
      return `${fact.taskId} is killed: ${fact.reason}`
    case 'task.skipped': {
      const ids = alike.flatMap(({ taskId }) => taskId ?? [])
      const because = fact.causedBy === undefined ? fact.because : `${fact.because}, ${fact.causedBy}`
      return `${listed(ids)} ${ids.length === 1 ? 'is' : 'are'} skipped (${because})`
    }
    case 'run.created':
    case 'run.paused':
    case 'run.resumed':
    case 'run.recovered':
    case 'run.redriven':
    case 'task.ready':
    case 'task.dispatched':
    case 'task.starting':
    case 'task.placed':
    case 'task.warned':
    case 'task.redriven':
      return undefined
  }
}
