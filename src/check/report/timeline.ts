import type { TaskId } from '../../../machines/outcome.ts'
import { inWords } from '../../events/fact-in-words.ts'
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

/** Facts that are mere bookkeeping in the story of a run. */
const untold: ReadonlySet<RunFact['type']> = new Set([
  'run.created',
  'run.paused',
  'run.resumed',
  'run.recovered',
  'run.redriven',
  'task.ready',
  'task.dispatched',
  'task.starting',
  'task.placed',
  'task.warned',
  'task.redriven',
])

/** A fact in words; undefined for bookkeeping. */
function wordsOf(fact: RunFact, alike: readonly RunFact[]): string | undefined {
  if (untold.has(fact.type)) return undefined
  const { what, about } = inWords(fact)
  const subject = fact.taskId === undefined ? 'the run' : listed(alike.flatMap(({ taskId }) => taskId ?? []))
  return `${subject} ${what}${about === undefined ? '' : `: ${about}`}`
}
