import type fastCheck from 'fast-check'
import type { FailureAnswer } from '../../../machines/outcome.ts'
import type { AgentFault } from './agent-fault.ts'
import type { DagFault } from './fault.ts'
import { nothingHappens, type Variant } from './variant.ts'

export type FastCheck = typeof fastCheck

/**
 * Loads fast-check. Where it is not installed, it rejects with `PEER_MISSING`, or what it gives throws that at its
 * first use.
 */
export type LoadFastCheck = () => Promise<FastCheck>

export const loadFastCheck: LoadFastCheck = async () => (await import('../../testing/law/fast-check.ts')).fc

const mostFaults = 4
const mostPaces = 8
const mostShrinks = 400

export interface VariantParts {
  /** The faults that may be drawn. */
  readonly faults: readonly DagFault[]
  readonly taskIds: readonly string[]
  /** The tasks that may ask what to do about their failure. */
  readonly askingIds: readonly string[]
  /** What may go wrong with agents. */
  readonly agents: readonly AgentFault[]
}

function anyVariant(fc: FastCheck, parts: VariantParts): fastCheck.Arbitrary<Variant> {
  const anyOfTasks = anyVariantOfTasks(fc, parts)
  if (parts.agents.length === 0) return anyOfTasks
  const anyOne = anyAgentFault(fc, parts.agents)
  const anyMidnight = fc.constantFrom(undefined, undefined, ...midnightsMs)
  return fc.oneof(
    { withCrossShrink: true },
    {
      weight: 1,
      arbitrary: fc
        .tuple(anyOne, anyMidnight)
        .map(([fault, midnight]) => ({ ...nothingHappens, agents: [fault], ...before(midnight) })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          anyOfTasks,
          fc.uniqueArray(anyOne, { maxLength: 2, selector: ({ agentId }) => agentId }),
          anyMidnight,
        )
        .map(([variant, agents, midnight]) => ({ ...variant, agents, ...before(midnight) })),
    },
  )
}

/** How long before midnight runs may start. */
const midnightsMs = [15, 60_000]

const before = (midnightInMs: number | undefined): Pick<Variant, 'midnightInMs'> =>
  midnightInMs === undefined ? {} : { midnightInMs }

/** One of the faults, at another attempt, and for good or for a while. */
function anyAgentFault(fc: FastCheck, agents: readonly AgentFault[]): fastCheck.Arbitrary<AgentFault> {
  return fc
    .record({
      fault: fc.constantFrom(...agents),
      later: fc.nat(2),
      backMs: fc.constantFrom(undefined, undefined, 3_000, 12_000, 3_600_000),
    })
    .map(({ fault, later, backMs }) => ({
      ...fault,
      during: fault.during === 0 ? 0 : fault.during + later,
      ...(backMs === undefined || fault.kind === 'agent-spent' || fault.kind === 'agent-overruns'
        ? {}
        : { backMs }),
    }))
}

function anyVariantOfTasks(
  fc: FastCheck,
  { faults, taskIds, askingIds }: VariantParts,
): fastCheck.Arbitrary<Variant> {
  const anyAnswer = fc.constantFrom<FailureAnswer | 'no'>('skip', 'ignore', 'retry', 'abort', 'no')
  return fc.record({
    agents: fc.constant([]),
    faults:
      faults.length === 0
        ? fc.constant([])
        : fc.uniqueArray(fc.constantFrom(...faults), {
            maxLength: mostFaults,
            size: 'max',
            selector: ({ taskId }) => taskId,
          }),
    paces: fc.uniqueArray(
      fc.record({ taskId: fc.constantFrom(...taskIds), times: fc.constantFrom(2, 0, 0.5, 3, 10, 100) }),
      { maxLength: mostPaces, size: 'max', selector: ({ taskId }) => taskId },
    ),
    answers:
      askingIds.length === 0
        ? fc.constant([])
        : fc.uniqueArray(
            fc.record({
              taskId: fc.constantFrom(...askingIds),
              answers: fc.array(anyAnswer, { minLength: 1, maxLength: 3 }),
            }),
            { maxLength: 3, size: 'max', selector: ({ taskId }) => taskId },
          ),
  })
}

/**
 * Searches `runs` random variants for new troubles. Whenever `troublesIn` names troubles that were not known, one of
 * them is shrunk, and `found` gets its smallest variant; then the search goes on. Returns how many variants were
 * played.
 */
export async function seekTroubles(
  fc: FastCheck,
  parts: VariantParts,
  given: {
    readonly seed: number
    readonly runs: number
    readonly isKnown: (trouble: string) => boolean
    readonly play: (variant: Variant) => Promise<readonly string[]>
    readonly found: (trouble: string, variant: Variant) => void
  },
): Promise<number> {
  const { isKnown, play, found } = given
  const arbitrary = anyVariant(fc, parts)
  let played = 0
  for (let left = given.runs, round = 0; left > 0; round++) {
    const hunt: { trouble: string | undefined; shrinks: number } = { trouble: undefined, shrinks: 0 }
    const property = fc.asyncProperty(arbitrary, async (variant) => {
      if (hunt.trouble !== undefined && ++hunt.shrinks > mostShrinks) return true
      played++
      const troubles = await play(variant)
      if (hunt.trouble !== undefined) return !troubles.includes(hunt.trouble)
      hunt.trouble = troubles.find((trouble) => !isKnown(trouble))
      return hunt.trouble === undefined
    })
    const details = await fc.check(property, { seed: (given.seed + round) | 0, numRuns: left })
    if (!details.failed) break
    // An exception here is no trouble of the dag: a promise is written wrongly.
    if (hunt.trouble === undefined || details.counterexample === null) throw details.errorInstance
    found(hunt.trouble, details.counterexample[0])
    left -= details.numRuns
  }
  return played
}
