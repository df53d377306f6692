import type { RunFact } from '../events/facts.ts'
import { type RunSummary, summaryAfter } from '../events/run-summary.ts'
import type { AppendGroup, Journal, Owner, Store } from '../ports/store.ts'
import { fits } from './fits.ts'
import { fenced, gap, keyTaken, runExists, runOwned, runUnknown } from './refusals.ts'

interface Kept {
  facts: RunFact[]
  summary: RunSummary | undefined
  /** The latest opening. Appends of earlier ones are refused. */
  opened: Journal
  /** Undefined once it has released the run. */
  owner: Owner | undefined
}

/**
 * The store of runs that live and die with their process: it keeps every fact until it is dropped, can be read back and
 * is never waited for. A runtime without a store holds the last `retainFacts` facts of each run, and costs less.
 */
export function memoryStore(): Store {
  const kept = new Map<string, Kept>()
  const runWithKey = new Map<string, string>()

  const append = ({ journal, facts }: AppendGroup): Error | undefined => {
    const run = kept.get(journal.runId)
    if (run?.opened !== journal) return fenced(journal.runId)
    const held = lastSeq(run)
    const stray = facts.find(({ seq }, index) => seq !== held + index + 1)
    if (stray !== undefined) return gap(journal.runId, held, stray.seq)
    for (const fact of facts) {
      run.facts.push(fact)
      run.summary = summaryAfter(run.summary, fact)
    }
    return undefined
  }

  return {
    isVolatile: true,
    create(runId, owner, { idempotencyKey } = {}) {
      if (kept.has(runId)) throw runExists(runId)
      if (idempotencyKey !== undefined) {
        const other = runWithKey.get(idempotencyKey)
        if (other !== undefined) throw keyTaken(idempotencyKey, other)
        runWithKey.set(idempotencyKey, runId)
      }
      const opened = { runId, lastSeq: 0 }
      kept.set(runId, { facts: [], summary: undefined, opened, owner })
      return opened
    },
    open(runId, owner, { takeOver = false } = {}) {
      const run = kept.get(runId)
      if (run === undefined) throw runUnknown(runId)
      const held = run.summary?.settledAt === undefined ? run.owner : undefined
      if (!takeOver && held !== undefined && held.id !== owner.id) {
        throw runOwned(runId, held, 'another runtime')
      }
      run.opened = { runId, lastSeq: lastSeq(run) }
      run.owner = owner
      return run.opened
    },
    release(journal) {
      const run = kept.get(journal.runId)
      if (run?.opened === journal) run.owner = undefined
    },
    append(groups) {
      const answers = groups.map(append)
      return answers.every((answer) => answer === undefined) ? undefined : Promise.resolve(answers)
    },
    read: async (runId, { from = 1, limit = Number.POSITIVE_INFINITY } = {}) =>
      after(kept.get(runId)?.facts ?? [], from - 1).slice(0, limit),
    runs: async (query = {}) => {
      const found = [...kept.values()].flatMap(({ summary }) =>
        summary !== undefined && fits(summary, query) ? [summary] : [],
      )
      // Of those created at one instant, the one that was opened later.
      return found
        .toReversed()
        .toSorted((a, b) => b.createdAt - a.createdAt)
        .slice(0, query.limit)
    },
    trim(journal, upTo) {
      const run = kept.get(journal.runId)
      if (run?.opened === journal) run.facts = after(run.facts, upTo)
    },
    close: () => undefined,
  }
}

const after = (facts: readonly RunFact[], upTo: number): RunFact[] => facts.filter(({ seq }) => seq > upTo)
const lastSeq = ({ facts }: Kept): number => facts.at(-1)?.seq ?? 0
