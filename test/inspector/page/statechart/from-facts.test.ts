import { createRuntime } from 'dagmar'
import fc from 'fast-check'
import type { AnyActorRef, AnyStateNode, InspectionEvent } from 'xstate'
import { describe, expect } from 'vitest'
import type { RunFact } from '../../../../src/events/facts.ts'
import { type Step, StepReader } from '../../../../src/inspector/page/statechart/from-facts.ts'
import type { Scenario } from '../../../scenario/scenario.ts'
import { anyScenario } from '../../../scenario/any-scenario.ts'
import { playScenario } from '../../../scenario/play-scenario.ts'
import { planOfScenario } from '../../../scenario/scenario-plan.ts'
import { play } from '../../../../src/testing/rehearsal/play.ts'
import { recover, storeWith } from '../../../runtime/recovered.ts'
import { laterScenario } from '../../../scenario/later-scenario.ts'
import { executorsOf } from '../../../scenario/scenario-executors.ts'
import { law } from '../../../../src/testing/law/law.ts'

/** What an actor did, as XState tells it. */
interface Seen {
  readonly event: string
  readonly from: string
  readonly to: string
  readonly at: number
}

/** Transitions that change no state and of which no fact tells. */
const untold: Readonly<Record<string, readonly string[]>> = {
  task: ['attempt.heartbeat', 'task.due', 'task.kill'],
  // A further kill is told only where it ends teardowns.
  dag: ['run.offer', 'run.killTask', 'run.kill', 'run.abort'],
}

type SeenRuns = ReadonlyMap<string, ReadonlyMap<string, readonly Seen[]>>

/** Somebody who watches the machines of runs. */
function watcher(): { readonly watch: (told: InspectionEvent) => void; readonly seen: SeenRuns } {
  const seen = new Map<string, Map<string, Seen[]>>()
  const watch = (told: InspectionEvent): void => {
    if (told.type !== '@xstate.microstep') return
    const actor = told.actorRef as AnyActorRef
    const isDag = actor._parent !== undefined && actor._parent._parent === undefined
    const isTask = actor._parent?._parent !== undefined && actor._parent._parent._parent === undefined
    if (!isDag && !isTask) return
    const runId = isDag ? actor.id : actor._parent!.id
    const name = isDag ? 'dag' : `task/${actor.id}`
    const { at = 0 } = told.event as { readonly at?: number }
    const steps = told._transitions as unknown as readonly {
      readonly source: AnyStateNode
      readonly eventType: string
      readonly target: readonly AnyStateNode[] | undefined
    }[]
    for (const { source, eventType, target } of steps) {
      // What the machine as a whole takes is counted as ignored.
      if (source.parent === undefined) continue
      const to = target?.[0]?.key ?? source.key
      if (to === source.key && untold[isDag ? 'dag' : 'task']!.includes(eventType)) continue
      const run = seen.get(runId) ?? new Map<string, Seen[]>()
      seen.set(runId, run)
      const list = run.get(name) ?? []
      run.set(name, list)
      const last = list.at(-1)
      // A heartbeat and what is told in the same instant look like one event to who reads facts.
      const isOne =
        last?.event === 'attempt.heartbeat' &&
        last.from === 'stalled' &&
        last.at === at &&
        (eventType === 'attempt.warned' || eventType === 'attempt.asked')
      if (isOne) list.pop()
      list.push({ event: eventType, from: isOne ? 'stalled' : source.key, to, at })
    }
  }
  return { watch, seen }
}

/** Plays the scenario while somebody watches. */
async function watched(
  scenario: Scenario,
): Promise<
  readonly { readonly facts: readonly RunFact[]; readonly seen: ReadonlyMap<string, readonly Seen[]> }[]
> {
  const { watch, seen } = watcher()
  const { runs } = await playScenario(scenario, {
    begin: (options) => {
      const runtime = createRuntime({ ...options, inspect: watch })
      const { runConcurrency: concurrency, runTimeout: timeout } = scenario
      return Array.from({ length: scenario.runs }, (_, place) =>
        runtime.dispatch(planOfScenario(scenario), {
          id: `run-${place + 1}`,
          concurrency,
          ...(timeout === Number.POSITIVE_INFINITY ? {} : { timeout }),
        }),
      )
    },
  })
  return runs.map(({ runId, facts }) => ({ facts, seen: seen.get(runId) ?? new Map() }))
}

const isCompared = ({ actor, events, from, to }: Step): boolean =>
  from !== undefined && !(actor === 'dag' && from === to && untold['dag']!.includes(events[0]))

/** Holds what facts say of the actors to what these did, from the fact after `seq` on. */
function expectSame(facts: readonly RunFact[], seen: ReadonlyMap<string, readonly Seen[]>, seq = 0): void {
  const reader = new StepReader()
  reader.readOn(facts)
  const actors = new Set([...seen.keys(), ...reader.steps.map(({ actor }) => actor)])
  actors.delete('runtime')
  for (const actor of actors) {
    const real = seen.get(actor) ?? []
    const read = reader.of(actor).filter((step) => step.seq > seq && isCompared(step))
    const told = read.map(({ events, from, to }, place) => ({
      event: events.find((event) => event === real[place]?.event) ?? events[0],
      from,
      to,
    }))
    expect({ actor, steps: told }).toEqual({
      actor,
      steps: real.map(({ event, from, to }) => ({ event, from, to })),
    })
  }
}

describe('what the facts of a run say of its machines', () => {
  law('is what the machines did', anyScenario(), async (scenario) => {
    for (const { facts, seen } of await watched(scenario)) expectSame(facts, seen)
  })

  const undisturbed: Partial<Scenario> = {
    commands: [],
    runTimeout: Number.POSITIVE_INFINITY,
    strays: [],
    redrive: 'none',
    observer: 'calm',
    storeDelay: 0,
    runs: 1,
  }
  const anyCrash = fc.record({ scenario: anyScenario(undisturbed), cut: fc.nat(999) })

  law('is what they did after a crash, too', anyCrash, async ({ scenario, cut }) => {
    const { runs } = await playScenario(scenario)
    const whole = runs[0]!.facts
    const facts = whole.slice(0, 2 + (cut % Math.max(1, whole.length - 2)))
    if (facts.length >= whole.length) return
    const later = laterScenario(scenario, facts)
    const store = storeWith(facts)
    const plan = planOfScenario(later)
    const { watch, seen } = watcher()
    await play(
      {
        plan,
        circumstances: later,
        pools: { shared: later.pool },
        executorsOf: (clock, mark) => executorsOf(later, clock, mark),
      },
      {
        startAt: facts.at(-1)!.at,
        storeOn: () => store,
        begin: (options) => [recover(store, facts, plan, { ...options, inspect: watch })],
      },
    )
    const { runId } = facts[0]!
    expectSame(await store.read(runId), seen.get(runId) ?? new Map(), facts.length)
  })
})
