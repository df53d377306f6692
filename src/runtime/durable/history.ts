import type { RunState } from '../../../machines/dag.ts'
import type { Failure, TaskId } from '../../../machines/outcome.ts'
import { type AgentsPart, agentsPart } from '../../events/agents-in-words.ts'
import { fold } from '../../events/fold.ts'
import type { RunSummary } from '../../events/run-summary.ts'
import { badValue, isRecord, readGiven, readInteger, readNumber, readOneOf } from '../../graph/read-values.ts'
import type { Store } from '../../ports/store.ts'

/** Which runs of the store to list: those that fit all given fields. */
export interface HistoryQuery {
  readonly status?: RunState | undefined
  /** The name of the dag. */
  readonly name?: string | undefined
  /** Runs that have each of these labels with the given text. */
  readonly label?: Readonly<Record<string, string>> | undefined
  /** Runs that were created at this instant or later: epoch milliseconds. */
  readonly since?: number | undefined
  /** How many runs are listed at most. Integer ≥ 1. @default all */
  readonly limit?: number | undefined
}

/** A task that has used up all its attempts, and that nobody has redriven. */
export interface DeadLetter {
  readonly runId: string
  /** The name of the dag. */
  readonly name: string
  readonly taskId: TaskId
  /** The number of its latest attempt. */
  readonly attempt: number
  readonly failure: Failure
  /** Which agents have had it, and which could not, for a task that one does. */
  readonly agents?: AgentsPart
}

const states: readonly RunState[] = [
  'running',
  'paused',
  'draining',
  'killing',
  'completed',
  'failed',
  'killed',
]

const text = (value: unknown, path: string): string => {
  if (typeof value === 'string') return value
  throw badValue(path, value, 'a text')
}

const readers = {
  status: (value: unknown, path: string) => readOneOf(value, path, states),
  name: text,
  label: (value: unknown, path: string) => {
    if (!isRecord(value)) throw badValue(path, value, 'an object of texts by key')
    return Object.fromEntries(
      Object.entries(value).map(([key, label]) => [key, text(label, `${path}.${key}`)]),
    )
  },
  since: (value: unknown, path: string) => readNumber(value, path, 0, Number.POSITIVE_INFINITY),
  limit: (value: unknown, path: string) => readInteger(value, path, 1),
}

/** The runs of a store that fit, latest created first. Throws `CONFIG_INVALID`. */
export function historyOf(
  store: Store,
  query: HistoryQuery,
  subject = 'history',
): Promise<readonly RunSummary[]> {
  const { label, ...rest } = readGiven(query, readers, `${subject}'s query object`, '')
  return store.runs({ ...rest, ...(label === undefined ? {} : { labels: label }) })
}

/** The dead letters of the runs that fit, those of the latest run first. Reads the journals of these runs. */
export async function deadLettersOf(store: Store, query: HistoryQuery): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = []
  for (const { runId, name } of await historyOf(store, query, 'deadLetters')) {
    const facts = await store.read(runId)
    // Most runs have none, and are not worth a fold.
    if (!facts.some(({ type }) => type === 'task.dead-lettered')) continue
    for (const { id: taskId, attempt, outcome, agents } of fold(facts).tasks.values()) {
      if (outcome?.status !== 'failed' || !outcome.deadLettered) continue
      const part = agents === undefined ? {} : { agents: agentsPart(agents) }
      letters.push({ runId, name, taskId, attempt, failure: outcome.failure, ...part })
    }
  }
  return letters
}
