import fc from 'fast-check'
import { describe } from 'vitest'
import type { RunFact } from '../../src/events/facts.ts'
import { anyScenarioWithAgents } from '../scenario/any-team.ts'
import { playRecovery } from '../scenario/play-recovery.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { law } from './law.ts'
import { anyUndisturbed, crashed, isSound, settledOtherwise } from './recovered-runs.ts'

interface Cut {
  readonly type: number
  readonly which: number
}

/** After which fact a coordinator dies. Every type that there is is as likely as the others: most facts are of a few. */
const anyCut: fc.Arbitrary<Cut> = fc.record({ type: fc.nat(99), which: fc.nat(99) })

/** The facts before the crash: at least so many, and not all of them. */
function cutAt(facts: readonly RunFact[], { type, which }: Cut, least = 1): readonly RunFact[] {
  const lasts = facts.slice(least - 1, -1)
  const types = [...new Set(lasts.map((fact) => fact.type))]
  const ofType = lasts.filter((fact) => fact.type === types[type % types.length])
  return facts.slice(0, ofType[which % ofType.length]!.seq)
}

describe('a coordinator that dies', () => {
  law(
    'A crash at any fact, followed by recovery, settles the same tasks the same way for the same later reports; completed tasks do not run again.',
    fc.tuple(anyUndisturbed(), anyCut),
    async ([scenario, cut]) => {
      const uncut = (await playScenario(scenario)).runs[0]!
      const facts = cutAt(uncut.facts, cut)
      const recovered = await playRecovery(scenario, facts)
      const different = settledOtherwise(scenario, uncut, recovered.runs[0]!)
      return [...different, ...isSound(scenario, recovered, facts)].map((breach) => crashed(breach, facts))
    },
  )

  law(
    'whatever happens to the run and however often it is recovered, leaves one that keeps every guarantee and settles',
    fc.tuple(
      anyScenarioWithAgents({ runs: 1 }),
      anyCut,
      anyCut,
      fc.constantFrom<'compiled' | 'interpreted'>('compiled', 'interpreted'),
    ),
    async ([scenario, cut, again, mode]) => {
      const uncut = (await playScenario(scenario)).runs[0]!
      const facts = cutAt(uncut.facts, cut)
      const recovered = await playRecovery(scenario, facts, { mode })
      const first = isSound(scenario, recovered, facts)
      if (first.length > 0 || recovered.facts.length === facts.length)
        return first.map((breach) => crashed(breach, facts))
      // A second one dies before the first has told all.
      const later = cutAt(recovered.facts, again, facts.length)
      return isSound(scenario, await playRecovery(scenario, later, { mode }), later).map((breach) =>
        crashed(breach, later),
      )
    },
  )
})
