import {
  type Consumption,
  createRuntime,
  type Fact,
  type HandlerContext,
  type ItemOutcome,
  SimulatedClock,
  type SourceFact,
  type SourceItem,
} from 'dagmar'
import { agents } from 'dagmar/agents'
import fc from 'fast-check'
import { Observable } from 'rxjs'

/** What a source does next. */
export type Step =
  | { readonly do: 'give'; readonly item: GivenItem }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'throw' }
  | { readonly do: 'give nonsense' }

export interface GivenItem {
  readonly id: string
  readonly priority: 'critical' | 'medium' | 'low'
  readonly createdAt: number
  readonly requires: readonly string[]
  /** How long it takes, and how often it fails before it is done. */
  readonly ms: number
  readonly failures: number
}

const anyItem: fc.Arbitrary<GivenItem> = fc.record({
  id: fc.constantFrom(...'abcdefghijkl'.split('')),
  priority: fc.constantFrom('critical', 'medium', 'medium', 'medium', 'medium', 'low'),
  createdAt: fc.nat(9),
  requires: fc.constantFrom([], ['read'], ['read']),
  ms: fc.constantFrom(0, 5, 70, 200, 200),
  failures: fc.constantFrom(0, 0, 0, 1, 9),
})

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('give' as const), item: anyItem }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 10, 10, 10, 3_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'throw' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'give nonsense' as const }) },
)

/** A source, the runtime that consumes it, and what comes in between. */
export const anySource = fc.record({
  steps: fc.array(anyStep, { maxLength: 24 }),
  kind: fc.constantFrom('pulled', 'pushed'),
  lookAhead: fc.integer({ min: 1, max: 6 }),
  buffer: fc.nat(3),
  concurrency: fc.constantFrom(1, 2, 10),
  /** Whether each call of `settle` in turn throws, rejects or works. */
  settles: fc.array(fc.constantFrom('works', 'works', 'throws', 'rejects', 'takes its time'), {
    minLength: 1,
    maxLength: 5,
  }),
  ending: fc.option(
    fc.record({
      by: fc.constantFrom('stop', 'shutdown'),
      mode: fc.constantFrom('drain' as const, 'kill' as const),
      afterMs: fc.constantFrom(0, 5, 40, 3_100),
    }),
    { nil: undefined },
  ),
})
export type SourceCase = typeof anySource extends fc.Arbitrary<infer Given> ? Given : never

/** What was seen of it, in order. */
export type Seen =
  | { readonly of: 'source'; readonly fact: SourceFact }
  | { readonly of: 'run'; readonly fact: Fact }
  /** A call of `settle` that worked. Late ones are about items that were on their way when all was done. */
  | { readonly of: 'settle'; readonly id: string; readonly outcome: ItemOutcome; readonly isLate: boolean }
  /** The source is asked for what comes next. */
  | { readonly of: 'pull'; readonly open: number; readonly waiting: number }

export interface Played {
  readonly seen: readonly Seen[]
  readonly items: ReadonlyMap<string, GivenItem>
  readonly state: string
}

/** Plays it until everything is given back. */
export async function playSource(given: SourceCase): Promise<Played> {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 15))
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimeout(resolve, ms))
  const seen: Seen[] = []
  const items = new Map<string, GivenItem>()
  const itemOf = (item: GivenItem): SourceItem => {
    // Later ones with the same id are other tasks in the eyes of those who look at them.
    const { id, priority, createdAt, requires, ms, failures } = items.get(item.id) ?? item
    items.set(id, { id, priority, createdAt, requires, ms, failures })
    const work = async ({ attempt }: HandlerContext): Promise<string> => {
      await sleep(ms)
      if (attempt <= failures) throw new Error('not yet')
      return id
    }
    const retry = { maxAttempts: 3, backoff: { base: '1s' } } as const
    return { id, priority, createdAt, requires, work, retry, killGrace: 0 }
  }
  let next = 0
  async function* pulled(): AsyncGenerator<SourceItem> {
    while (next < given.steps.length) {
      const step = given.steps[next++]!
      const { open, waiting } = inbox.view()
      seen.push({ of: 'pull', open, waiting })
      if (step.do === 'wait') await sleep(step.ms)
      else if (step.do === 'throw') throw new Error('the source is away')
      else yield step.do === 'give' ? itemOf(step.item) : (undefined as unknown as SourceItem)
    }
  }
  const pushed = (): Observable<SourceItem> =>
    new Observable((subscriber) => {
      const push = async (): Promise<void> => {
        try {
          for await (const item of pulled()) {
            if (subscriber.closed) return
            subscriber.next(item)
          }
          subscriber.complete()
        } catch (thrown) {
          subscriber.error(thrown)
        }
      }
      void push()
    })
  let calls = 0
  const settle = ({ id }: SourceItem, outcome: ItemOutcome): void | Promise<void> => {
    const how = given.settles[calls++ % given.settles.length]
    if (how === 'throws') throw new Error('no answer')
    if (how === 'rejects') return Promise.reject(new Error('no answer'))
    const isLate = inbox.view().state === 'done'
    const note = (): void => void seen.push({ of: 'settle', id, outcome, isLate })
    return how === 'works' ? note() : sleep(20).then(note)
  }
  const team = agents({
    list: [
      { id: 'ada', capabilities: ['read', 'write'] },
      { id: 'bob', capabilities: ['write'] },
    ],
  })
  const { lookAhead, buffer, concurrency, ending } = given
  const runtime = createRuntime({ clock, concurrency, agents: team })
  runtime.events$.subscribe((fact) => void seen.push({ of: 'run', fact }))
  const inbox: Consumption = await runtime.consume(
    { items: given.kind === 'pulled' ? pulled : pushed, settle },
    { lookAhead, buffer },
  )
  inbox.events$.subscribe((fact) => void seen.push({ of: 'source', fact }))
  if (ending !== undefined) {
    await clock.advanceAsync(ending.afterMs)
    const { mode } = ending
    if (ending.by === 'stop') void inbox.stop({ mode })
    else void runtime.shutdown({ mode })
  }
  for (let turn = 0; turn < 400 && inbox.view().state !== 'done'; turn++) await clock.advanceAsync(500)
  await clock.advanceAsync(0)
  return { seen, items, state: inbox.view().state }
}
