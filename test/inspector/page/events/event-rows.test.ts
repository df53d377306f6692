import { createRuntime } from 'dagmar'
import type { AnyActorRef, AnyStateNode, InspectionEvent } from 'xstate'
import { describe, expect, it } from 'vitest'
import type { RunFact } from '../../../../src/events/facts.ts'
import { machineModel } from '../../../../src/inspector/machine-model.ts'
import { coveredBy, eventRows, isIgnored } from '../../../../src/inspector/page/events/event-rows.ts'
import { History } from '../../../../src/inspector/page/state/history.ts'
import type { EventEntry } from '../../../../src/inspector/page/state/log-model.ts'
import { type Step, StepReader } from '../../../../src/inspector/page/statechart/from-facts.ts'
import { dagMachine } from '../../../../machines/dag.ts'
import { taskMachine } from '../../../../machines/task.ts'
import { law } from '../../../../src/testing/law/law.ts'
import { created, failure, numbered } from '../../../events/made-facts.ts'
import { anyScenario } from '../../../scenario/any-scenario.ts'
import { playScenario } from '../../../scenario/play-scenario.ts'
import { planOfScenario } from '../../../scenario/scenario-plan.ts'
import type { Scenario } from '../../../scenario/scenario.ts'

const machines = new Map([
  ['dag', { machine: 'dag', root: machineModel(dagMachine) }],
  ['task', { machine: 'task', root: machineModel(taskMachine) }],
])

const step = (seq: number, event: string): Step => ({
  seq,
  at: 10 * seq,
  source: 'dag',
  actor: 'task/a',
  events: [event],
  to: 'running',
})

const told = (afterSeq: number, type: string): EventEntry => ({
  kind: 'event',
  at: 10 * afterSeq + 1,
  afterSeq,
  source: 'dag',
  target: 'task/a',
  event: { type },
})

describe('the events of a run', () => {
  const steps = [1, 2, 3, 4, 5, 6].map((seq) => step(seq, `read ${seq}`))
  const types = (rows: ReturnType<typeof eventRows>): readonly string[] => rows.map(({ type }) => type)

  it('are read from facts where nobody watched', () => {
    expect(types(eventRows(steps, [], coveredBy([], [])))).toEqual(steps.map(({ events: [type] }) => type))
  })

  it('are what the program told from the first one on that it told, until nobody watched any more', () => {
    const events = [told(3, 'told 3'), told(4, 'told 4')]
    const rows = eventRows(steps, events, coveredBy(events, [{ from: 2, to: 5 }]))
    expect(types(rows)).toEqual(['read 1', 'read 2', 'read 3', 'told 3', 'told 4', 'read 6'])
  })

  it('of a saved page are what was told, and before and after that what facts tell', () => {
    const events = [told(3, 'told 3'), told(4, 'told 4')]
    const rows = eventRows(steps, events, coveredBy(events, []))
    expect(types(rows)).toEqual(['read 1', 'read 2', 'read 3', 'told 3', 'told 4', 'read 5', 'read 6'])
  })
})

/** Plays the scenario while somebody watches. Which events the machines ignored is told beside them. */
async function watched(scenario: Scenario): Promise<{
  readonly facts: readonly RunFact[]
  readonly events: readonly EventEntry[]
  readonly ignored: ReadonlySet<EventEntry>
}> {
  const events: EventEntry[] = []
  const ignored = new Set<EventEntry>()
  const latest = new Map<unknown, EventEntry>()
  let afterSeq = 0
  const nameOf = (actor: AnyActorRef): string | undefined => {
    if (actor._parent === undefined) return undefined
    return actor._parent._parent === undefined ? 'dag' : `task/${actor.id}`
  }
  const watch = (one: InspectionEvent): void => {
    const target = nameOf(one.actorRef as AnyActorRef)
    if (target === undefined) return
    if (one.type === '@xstate.event') {
      const event = { ...one.event } as EventEntry['event']
      const entry: EventEntry = { kind: 'event', at: 0, afterSeq, source: 'outside', target, event }
      events.push(entry)
      latest.set(one.actorRef, entry)
    } else if (one.type === '@xstate.microstep') {
      const taken = one._transitions as unknown as readonly { readonly source: AnyStateNode }[]
      if (taken.every(({ source }) => source.parent === undefined)) ignored.add(latest.get(one.actorRef)!)
    }
  }
  const { runs } = await playScenario(scenario, {
    begin: (options) => {
      const runtime = createRuntime({ ...options, inspect: watch })
      const run = runtime.dispatch(planOfScenario(scenario), { concurrency: scenario.runConcurrency })
      run.events$.subscribe((fact) => {
        if ('seq' in fact) afterSeq = fact.seq
      })
      return [run]
    },
  })
  return { facts: runs[0]!.facts, events, ignored }
}

describe('an event that is marked as ignored', () => {
  it('is one that its state does not know, or is about an attempt that is over', () => {
    const history = new History()
    const facts = numbered([
      created,
      { type: 'run.started' },
      { type: 'task.ready', taskId: 'build' },
      { type: 'task.dispatched', taskId: 'build', attempt: 1, executor: 'inline' },
      { type: 'task.starting', taskId: 'build', attempt: 1 },
      { type: 'task.started', taskId: 'build', attempt: 1 },
      { type: 'task.retrying', taskId: 'build', attempt: 1, failure, until: 100 },
      { type: 'task.dispatched', taskId: 'build', attempt: 2, executor: 'inline' },
      { type: 'task.starting', taskId: 'build', attempt: 2 },
      { type: 'task.started', taskId: 'build', attempt: 2 },
    ])
    for (const fact of facts) history.apply(fact)
    const reader = new StepReader()
    reader.readOn(facts)
    const isMarked = (afterSeq: number, type: string, attempt: number): boolean => {
      const event = { type, attempt, at: 1 }
      const entry: EventEntry = {
        kind: 'event',
        at: 1,
        afterSeq,
        source: 'outside',
        target: 'task/build',
        event,
      }
      const [row] = eventRows([], [entry], [])
      return isIgnored(row!, { machines, history }, reader)
    }
    expect(isMarked(10, 'attempt.heartbeat', 2)).toBe(false)
    expect(isMarked(10, 'attempt.heartbeat', 1)).toBe(true)
    expect(isMarked(10, 'attempt.started', 2)).toBe(true)
    expect(isMarked(9, 'attempt.started', 2)).toBe(false)
    expect(isMarked(6, 'attempt.completed', 1)).toBe(false)
    expect(isMarked(7, 'attempt.completed', 1)).toBe(true)
  })

  const prompt: Partial<Scenario> = {
    runs: 1,
    storeDelay: 0,
    runTimeout: Number.POSITIVE_INFINITY,
    observer: 'calm',
  }

  law('changed nothing', anyScenario(prompt), async (scenario) => {
    const { facts, events, ignored } = await watched(scenario)
    const history = new History()
    for (const fact of facts) history.apply(fact)
    const reader = new StepReader()
    reader.readOn(facts)
    const rows = eventRows(reader.steps, events, [{ from: 0, to: Number.POSITIVE_INFINITY }])
    for (const row of rows) {
      const isMarked = isIgnored(row, { machines, history }, reader)
      if (isMarked && !ignored.has(row.entry!))
        return `${row.type} to ${row.target} after fact ${row.seq} was marked`
    }
    return true
  })
})
