import {
  type ConsumeOptions,
  type Consumption,
  createRuntime,
  type ItemOutcome,
  type RuntimeOptions,
  SimulatedClock,
  type Source,
  type SourceFact,
  type SourceItem,
} from 'dagmar'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'

/** An item that is done by hand. */
export const item = (id: string, more: Partial<SourceItem> = {}): SourceItem => ({
  id,
  work: byHand,
  createdAt: 0,
  killGrace: 0,
  ...more,
})

/** What a source was told, in order. */
export interface Told {
  readonly told: readonly (readonly [id: string, outcome: ItemOutcome])[]
  readonly settle: (given: SourceItem, outcome: ItemOutcome) => void
  /** `id status`, and the reason where there is one. */
  readonly lines: () => readonly string[]
}

export function teller(): Told {
  const told: (readonly [string, ItemOutcome])[] = []
  return {
    told,
    settle: ({ id }, outcome) => void told.push([id, outcome]),
    lines: () =>
      told.map(([id, outcome]) =>
        'reason' in outcome ? `${id} ${outcome.status}: ${outcome.reason}` : `${id} ${outcome.status}`,
      ),
  }
}

/** A source that is consumed on a clock that stands still. */
export interface Consumed {
  readonly clock: SimulatedClock
  readonly runtime: ReturnType<typeof createRuntime>
  readonly hand: Desk
  readonly inbox: Consumption
  readonly facts: readonly SourceFact[]
  /** The types of the facts, with the item where it is about one. */
  readonly types: () => readonly string[]
  readonly wait: (ms?: number) => Promise<void>
}

export async function consumed(
  source: Source<SourceItem>,
  options: ConsumeOptions = {},
  runtimeOptions: Omit<RuntimeOptions, 'clock'> & { readonly clock?: SimulatedClock } = {},
): Promise<Consumed> {
  const clock = runtimeOptions.clock ?? new SimulatedClock()
  const hand = desk()
  const runtime = createRuntime({ executors: { hand }, ...runtimeOptions, clock })
  const inbox = await runtime.consume(source, options)
  const facts: SourceFact[] = []
  inbox.events$.subscribe((fact) => void facts.push(fact))
  const wait = async (ms = 0): Promise<void> => {
    await clock.advanceAsync(ms)
    await clock.advanceAsync(0)
  }
  await wait()
  const types = (): readonly string[] =>
    facts.map((fact) => ('itemId' in fact ? `${fact.type} ${fact.itemId}` : fact.type))
  return { clock, runtime, hand, inbox, facts, types, wait }
}
