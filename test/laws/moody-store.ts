import fc from 'fast-check'
import type { RunFact } from '../../src/events/facts.ts'
import type { AppendGroup, Store } from '../../src/ports/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import type { Mark } from '../../src/testing/rehearsal/stage.ts'
import type { Clock } from '../../src/time/clock.ts'

/** What a store makes of one append. */
export interface Mood {
  /** When it answers: at once, without a promise, or after so many milliseconds, be it none. */
  readonly answersAfter: number | 'at once'
  /** When it has written, of that time: 0 is at the beginning, 1 at the end. */
  readonly writesAfter: number
  /** `lost` has written and says that it has not. */
  readonly how: 'safe' | 'throws' | 'rejects' | 'lost' | 'refuses some'
  /** Of `refuses some`, which groups: by the bit of their place. */
  readonly which: number
}

/** Moods that follow each other, from the start again when they are through. Most appends are safe. */
export function anyMoods(): fc.Arbitrary<readonly Mood[]> {
  const mood = fc.record({
    answersAfter: fc.constantFrom<Mood['answersAfter']>('at once', 0, 0, 1, 3, 7, 20, 60),
    writesAfter: fc.constantFrom(0, 0.5, 1),
    how: fc.oneof(
      { weight: 24, arbitrary: fc.constant<Mood['how']>('safe') },
      { weight: 2, arbitrary: fc.constantFrom<Mood['how']>('throws', 'rejects', 'lost') },
      { weight: 2, arbitrary: fc.constant<Mood['how']>('refuses some') },
    ),
    which: fc.integer({ min: 1, max: 7 }),
  })
  return fc.array(mood, { minLength: 1, maxLength: 20 })
}

/** What a store was given, keeps and has answered, of one run. */
export interface Kept {
  /** All that it was given, in order. */
  readonly told: RunFact[]
  /** What it has written, whatever that is: it looks at nothing. */
  readonly journal: RunFact[]
  /** Each time it said that facts are safe: up to which `seq`, and how many marks there were by then. */
  readonly safe: { readonly seq: number; readonly at: number }[]
  /** How many marks there were when it first refused something of the run. */
  refusedAt: number
}

/** A store of moods. It writes what it is given when the mood says so, in whatever order that comes to. */
export function moodyStore(moods: readonly Mood[], kept: Map<string, Kept>) {
  return (clock: Clock, marks: readonly Mark[]): Store => {
    let appends = 0
    const keptOf = (runId: string): Kept => {
      const of = kept.get(runId) ?? { told: [], journal: [], safe: [], refusedAt: Number.POSITIVE_INFINITY }
      kept.set(runId, of)
      return of
    }
    const write = (groups: readonly AppendGroup[]): void => {
      for (const { journal, facts } of groups) keptOf(journal.runId).journal.push(...facts)
    }
    const refuse = (groups: readonly AppendGroup[]): void => {
      for (const { journal } of groups) {
        const of = keptOf(journal.runId)
        of.refusedAt = Math.min(of.refusedAt, marks.length)
      }
    }
    const noteSafe = (groups: readonly AppendGroup[]): void => {
      for (const { journal, facts } of groups) {
        keptOf(journal.runId).safe.push({ seq: facts.at(-1)!.seq, at: marks.length })
      }
    }
    const wait = (ms: number): Promise<void> =>
      ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.setTimeout(() => resolve(), ms))
    return {
      ...memoryStore(),
      append(groups) {
        const { answersAfter, writesAfter, how, which } = moods[appends++ % moods.length]!
        for (const { journal, facts } of groups) keptOf(journal.runId).told.push(...facts)
        if (how === 'throws') {
          refuse(groups)
          throw new Error('no')
        }
        const isRefused = (index: number): boolean =>
          how === 'refuses some' && ((which >> (index % 3)) & 1) === 1
        const written = groups.filter((_, index) => how !== 'rejects' && !isRefused(index))
        const refused = groups.filter((_, index) => how === 'rejects' || how === 'lost' || isRefused(index))
        if (answersAfter === 'at once' && refused.length === 0) {
          write(written)
          noteSafe(written)
          return undefined
        }
        const ms = answersAfter === 'at once' ? 0 : answersAfter
        return (async () => {
          await wait(ms * writesAfter)
          write(written)
          await wait(ms * (1 - writesAfter))
          refuse(refused)
          if (how === 'rejects' || how === 'lost') throw new Error('no')
          noteSafe(written)
          return groups.map((_, index) => (isRefused(index) ? new Error('no') : undefined))
        })()
      },
    }
  }
}
