import type { TaskId } from '../../machines/outcome.ts'
import { listed } from '../text/listed.ts'
import { showMs } from '../time/show-ms.ts'
import { inWords } from './fact-in-words.ts'
import type { RunFact } from './facts.ts'

export interface StoryOptions {
  /** Times are counted from here, in epoch milliseconds. @default the first fact */
  readonly from?: number
  /** Which tasks are told about. Tasks that are skipped together are told of in any case. @default all */
  readonly isTold?: (taskId: TaskId) => boolean
}

/**
 * What happened, a sentence each: `   +1.5 s  build retrying in 5.0 s: exit code 1`. Bookkeeping, such as that a task is
 * ready, is left out; tasks that are skipped together are one sentence.
 */
export function storyInWords(facts: readonly RunFact[], options: StoryOptions = {}): readonly string[] {
  const { from = facts[0]?.at ?? 0, isTold = () => true } = options
  const lines: string[] = []
  const agents = new Map<TaskId, string | undefined>()
  for (let index = 0; index < facts.length; ) {
    const fact = facts[index]!
    const alike = skipsAlike(facts, index)
    index += alike.length
    if (fact.type === 'task.dispatched') agents.set(fact.taskId, fact.agentId)
    if (untold.has(fact.type)) continue
    if (fact.taskId !== undefined && alike.length === 1 && !isTold(fact.taskId)) continue
    lines.push(`${sinceStart(fact.at - from)}  ${sentenceOf(fact, alike, agents.get(fact.taskId ?? ''))}`)
  }
  return lines
}

/** What happened to whom: `build retrying in 5.0 s: exit code 1`. */
export function sentenceOf(fact: RunFact, alike: readonly RunFact[] = [fact], agentId?: string): string {
  const { what, about } = inWords(fact, agentId)
  if (fact.type === 'run.created') return `the run of ${fact.name} was created with ${what}`
  const subject = fact.taskId === undefined ? 'the run' : listed(alike.flatMap(({ taskId }) => taskId ?? []))
  return `${subject} ${what}${about === undefined ? '' : `: ${about}`}`
}

function sinceStart(ms: number): string {
  return (ms === 0 ? '0 ms' : `+${showMs(ms)}`).padStart(10)
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
