import type { ClaimConflict, Claimed, ClaimEnd, Claims, SimulatedClock } from 'dagmar'
import fc from 'fast-check'

/** What becomes of one request: it is answered now or later, refused though nobody has it, or fails in some way. */
export type ClaimMood = 'at once' | 'soon' | 'late' | 'too late' | 'conflict' | 'throws' | 'rejects' | 'never'

export const anyClaimMoods: fc.Arbitrary<readonly ClaimMood[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<ClaimMood>('at once', 'soon') },
    {
      weight: 3,
      arbitrary: fc.constantFrom<ClaimMood>('late', 'too late', 'conflict', 'throws', 'rejects', 'never'),
    },
  ),
  { minLength: 1, maxLength: 12 },
)

const waits: Readonly<Partial<Record<ClaimMood, number>>> = { soon: 0, late: 3_000, 'too late': 12_000 }

export interface MoodyClaims {
  /** As one coordinator has them. */
  readonly claims: Claims
  /** How often each claim was released, by its key and fence. */
  readonly given: ReadonlyMap<string, number>
  /** The claims that nobody has heard of yet. */
  readonly unheard: () => number
}

/** Claims over `inner` whose answers go by moods, one after the other. */
export function moodyClaims(inner: Claims, clock: SimulatedClock, moods: readonly ClaimMood[]): MoodyClaims {
  const given = new Map<string, number>()
  let asked = 0
  let unheard = 0
  const note = (answer: Claimed | ClaimConflict): Claimed | ClaimConflict => {
    if ('fence' in answer) {
      const name = `${answer.key} ${answer.fence}`
      given.set(name, given.get(name) ?? 0)
    }
    return answer
  }
  const after = (ms: number): Promise<void> =>
    ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.setTimeout(() => resolve(), ms))
  const claims: Claims = {
    claim(request) {
      const mood = moods[asked++ % moods.length]!
      if (mood === 'at once') return note(inner.claim(request) as Claimed | ClaimConflict)
      if (mood === 'conflict') return { heldBy: 'nobody in truth' }
      if (mood === 'throws') throw new Error('no')
      if (mood === 'rejects') return Promise.reject(new Error('no'))
      if (mood === 'never') return new Promise(() => undefined)
      unheard++
      const answer = note(inner.claim(request) as Claimed | ClaimConflict)
      return after(waits[mood]!).then(() => {
        unheard--
        return answer
      })
    },
    release(claimed, ended?: ClaimEnd) {
      const name = `${claimed.key} ${claimed.fence}`
      given.set(name, (given.get(name) ?? 0) + 1)
      return inner.release(claimed, ended)
    },
    holds: (claimed) => inner.holds(claimed),
  }
  return { claims, given, unheard: () => unheard }
}
