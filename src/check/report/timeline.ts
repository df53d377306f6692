import type { TaskId } from '../../../machines/outcome.ts'
import type { RunFact } from '../../events/facts.ts'
import { storyInWords } from '../../events/story-in-words.ts'
import type { ExploredRun } from '../explore/explored-run.ts'

const longest = 40
const namedOpen = 6

/** How a run went, in words: one line each. In a large dag, tasks for which everything went well are left out. */
export function timelineOf(run: ExploredRun, about: readonly TaskId[] = []): readonly string[] {
  const { facts, variant, open, standstill } = run
  const from = facts[0]?.at ?? 0
  const told = new Set([...about, ...variant.faults.map(({ taskId }) => taskId), ...troubled(facts)])
  const isSmall = new Set(facts.map(({ taskId }) => taskId)).size <= 8
  const lines = storyInWords(facts, { from, isTold: (taskId) => isSmall || told.has(taskId) })
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

const trouble: ReadonlySet<RunFact['type']> = new Set([
  'task.retrying',
  'task.failed',
  'task.killed',
  'task.stopping',
  'task.stalled',
  'task.asked',
  'task.abandoned',
  'task.deferred',
  'dispatch.no-agent',
  'dispatch.quota-exceeded',
])

function troubled(facts: readonly RunFact[]): readonly TaskId[] {
  return facts.flatMap(({ type, taskId }) => (taskId !== undefined && trouble.has(type) ? [taskId] : []))
}
