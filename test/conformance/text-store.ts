import {
  DagmarError,
  type Journal,
  type Owner,
  type RunFact,
  type RunSummary,
  type Store,
  summaryAfter,
} from 'dagmar'
import { isAlive, thisProcess } from '../../src/stores/durable/owner.ts'
// What runs over such stores wait for is there, so that no test waits for it to be loaded.
import '../../src/runtime/run/kept-values.ts'

/** Where text stores keep their journals: lines of JSON by run, as a disk would, and who may write to each. */
export interface Shelves {
  readonly lines: Map<string, string[]>
  readonly fences: Map<string, number>
  readonly owners: Map<string, Owner>
  readonly keys: Map<string, string>
}

export function emptyShelves(): Shelves {
  return { lines: new Map(), fences: new Map(), owners: new Map(), keys: new Map() }
}

interface Opened extends Journal {
  readonly fence: number
}

/**
 * A store that keeps text on shelves that other stores may share, takes a turn of the event loop for each append, and
 * answers it after others may have read: as different from the one in memory as it gets without a disk.
 */
export function textStore({ lines, fences, owners, keys }: Shelves): Store {
  const factsOf = (runId: string): RunFact[] =>
    (lines.get(runId) ?? []).map((line) => JSON.parse(line) as RunFact)
  const opened = new Set<Opened>()
  const open = (runId: string, owner: Owner): Opened => {
    const fence = (fences.get(runId) ?? 0) + 1
    fences.set(runId, fence)
    owners.set(runId, { process: thisProcess(), ...owner })
    const journal = { runId, lastSeq: lines.get(runId)?.length ?? 0, fence }
    opened.add(journal)
    return journal
  }
  const release = (journal: Journal): void => {
    const { runId, fence } = journal as Opened
    if (fences.get(runId) === fence) owners.delete(runId)
  }
  return {
    create(runId, owner, { idempotencyKey = runId } = {}) {
      if (lines.has(runId)) throw new DagmarError('RUN_EXISTS', { message: `There is ${runId}.` })
      const other = keys.get(idempotencyKey)
      if (other !== undefined) {
        throw new DagmarError('KEY_TAKEN', { message: `It is ${other}.`, facts: { runId: other } })
      }
      keys.set(idempotencyKey, runId)
      return open(runId, owner)
    },
    open(runId, owner, { takeOver = false } = {}) {
      if (!lines.has(runId)) throw new DagmarError('RUN_UNKNOWN', { message: `There is no ${runId}.` })
      const holder = owners.get(runId)
      const isHeld = holder !== undefined && holder.id !== owner.id && isAlive(holder)
      if (isHeld && !takeOver && summaryOf(factsOf(runId))?.settledAt === undefined) {
        throw new DagmarError('RUN_OWNED', { message: 'It has an owner.', facts: { owner: holder } })
      }
      return open(runId, owner)
    },
    release,
    async append(groups) {
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      return groups.map(({ journal, facts }) => {
        const { runId, fence } = journal as Opened
        if (fences.get(runId) !== fence) return new Error('fenced')
        const kept = lines.get(runId) ?? []
        if (facts.some(({ seq }, index) => seq !== kept.length + index + 1)) return new Error('gap')
        lines.set(runId, [...kept, ...facts.map((fact) => JSON.stringify(fact))])
        return undefined
      })
    },
    async read(runId, { from = 1, limit = Number.POSITIVE_INFINITY } = {}) {
      return factsOf(runId).filter(({ seq }) => seq >= from && seq < from + limit)
    },
    async runs({ status, name, labels = {}, since = 0, limit } = {}) {
      const summaries: RunSummary[] = []
      for (const runId of lines.keys()) {
        const summary = summaryOf(factsOf(runId))
        if (summary !== undefined) summaries.push(summary)
      }
      return summaries
        .filter((run) => status === undefined || run.status === status)
        .filter((run) => name === undefined || run.name === name)
        .filter((run) => run.createdAt >= since)
        .filter((run) =>
          Object.entries(labels).every(
            ([key, label]) => new Map(Object.entries(run.labels)).get(key) === label,
          ),
        )
        .toSorted((a, b) => b.createdAt - a.createdAt)
        .slice(0, limit)
    },
    close: async () => {
      for (const journal of opened) release(journal)
    },
  }
}

function summaryOf(facts: readonly RunFact[]): RunSummary | undefined {
  let summary: RunSummary | undefined
  for (const fact of facts) summary = summaryAfter(summary, fact)
  return summary
}
