import fc from 'fast-check'
import { describe } from 'vitest'
import type { RunFact } from '../../src/events/facts.ts'
import type { PlayedRun } from '../../src/testing/rehearsal/play.ts'
import type { Mark } from '../../src/testing/rehearsal/stage.ts'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { anyScenarioWithAgents } from '../scenario/any-team.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { law } from './law.ts'
import { anyMoods, type Kept, type Mood, moodyStore } from './moody-store.ts'
import { isSameFact } from '../scenario/same-fact.ts'
import type { Scenario } from '../scenario/scenario.ts'

interface Case {
  readonly scenario: Scenario
  readonly moods: readonly Mood[]
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  scenario: fc.constantFrom(1, 2, 3).chain((runs) => anyScenarioWithAgents({ runs })),
  moods: anyMoods(),
})

describe('over stores that take their time, answer out of order and refuse', () => {
  law(
    'Every journal is a gapless prefix of what the run told, and nothing that observers saw is missing from it.',
    anyCase,
    async ({ scenario, moods }) => {
      const kept = new Map<string, Kept>()
      const { runs, marks } = await playScenario(scenario, { storeOn: moodyStore(moods, kept) })
      const ofAgents = kept.get(agentsJournal)
      const others =
        ofAgents === undefined ? [] : journalIsPrefix(ofAgents).map((breach) => `the agents: ${breach}`)
      const ofRuns = runs.flatMap((run) => {
        // A run fails in its first step where it asks for agents whose store has failed before.
        const of = kept.get(run.runId) ?? (isRefused(ofAgents) ? untold : undefined)
        if (of === undefined) return [`${run.runId} has told its store nothing`]
        return [
          ...journalIsPrefix(of),
          ...observersSawWhatIsSafe(run, marks, of, ofAgents),
          ...effectsFollowFacts(run, marks, of),
        ].map((breach) => `${run.runId}: ${breach}`)
      })
      return [...others, ...ofRuns]
    },
  )
})

const untold: Kept = { told: [], journal: [], safe: [], refusedAt: Number.POSITIVE_INFINITY }

function isRefused(kept: Kept | undefined): boolean {
  return kept !== undefined && kept.refusedAt < Number.POSITIVE_INFINITY
}

/** The store writes what it is given as it comes: that there is no gap is up to who gives. */
function journalIsPrefix({ told, journal }: Kept): string[] {
  const gap = told.findIndex(({ seq }, index) => seq !== index + 1)
  if (gap !== -1) return [`the store was given ${seqs(told)}`]
  const isPrefix = journal.every((fact, index) => isSameFact(fact, told[index]))
  return isPrefix ? [] : [`the journal has ${seqs(journal)} of ${seqs(told)}`]
}

/**
 * What an observer saw was safe by then. What a run tells past a store that has failed it is marked out: it comes last,
 * after the refusal, says nothing but how what was open ends, and ends with the failure of the store.
 */
function observersSawWhatIsSafe(
  { runId, result }: PlayedRun,
  marks: readonly Mark[],
  of: Kept,
  ofAgents: Kept | undefined,
): string[] {
  // A run that asks for agents fails as well where the store does not take what is told of these.
  const refusedAt = Math.min(of.refusedAt, ofAgents?.refusedAt ?? Number.POSITIVE_INFINITY)
  const seen = factsOf(runId, marks)
  const isSafe = ({ fact, at }: Seen): boolean =>
    isSameFact(of.journal[fact.seq - 1], fact) && isSafeAt(of, fact.seq, at)
  const firstPast = seen.findIndex((one) => !isSafe(one))
  if (firstPast === -1) {
    const isWhole = seen.length === of.journal.length && of.refusedAt === Number.POSITIVE_INFINITY
    return isWhole
      ? []
      : [`observers saw ${seen.length} facts of ${of.journal.length}, and no failure of the store`]
  }
  const past = seen.slice(firstPast)
  const last = past.at(-1)!.fact
  if (
    last.type !== 'run.failed' ||
    last.failure?.code !== 'STORE_FAILED' ||
    result?.failure?.code !== 'STORE_FAILED'
  ) {
    return [`observers saw ${past[0]!.fact.type} (seq ${past[0]!.fact.seq}) before it was safe`]
  }
  return past.flatMap(({ fact, at }) => {
    if (at < refusedAt)
      return [`${fact.type} (seq ${fact.seq}) was told past the store before it had refused`]
    if (fact === last || isEndPastStore(fact)) return []
    return [`${fact.type} (seq ${fact.seq}) was told past the store`]
  })
}

function isEndPastStore(fact: RunFact): boolean {
  if (fact.type === 'task.killed') return fact.reason === 'store failed'
  if (fact.type === 'task.skipped') return fact.because === 'run-aborted'
  return fact.type === 'run.created'
}

/** No executor was asked to start an attempt before the facts of it were safe. */
function effectsFollowFacts({ runId }: PlayedRun, marks: readonly Mark[], of: Kept): string[] {
  const starting = new Map<string, number>()
  for (const fact of of.journal) {
    if (fact.type === 'task.starting') starting.set(`${runId}/${fact.taskId}/${fact.attempt}`, fact.seq)
  }
  return marks.flatMap((mark, at) => {
    if (mark.type !== 'attempt began' || mark.runId !== runId) return []
    const seq = starting.get(mark.attemptId)
    if (seq !== undefined && isSafeAt(of, seq, at)) return []
    return [`${mark.attemptId} began before it was safe that it would`]
  })
}

interface Seen {
  readonly fact: RunFact
  /** How many marks came before it. */
  readonly at: number
}

function factsOf(runId: string, marks: readonly Mark[]): readonly Seen[] {
  return marks.flatMap((mark, at) => ('seq' in mark && mark.runId === runId ? [{ fact: mark, at }] : []))
}

function isSafeAt({ safe }: Kept, seq: number, at: number): boolean {
  return safe.some((answer) => answer.seq >= seq && answer.at <= at)
}

function seqs(facts: readonly RunFact[]): string {
  return facts.map(({ seq }) => seq).join(' ')
}
