import { newDagContext } from '../../machines/dag.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DagEvent,
  dagMachine,
  newTaskContext,
  type TaskContext,
  taskMachine,
  type TaskPolicy,
} from '../../machines/index.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { anyScenario } from '../scenario/any-scenario.ts'
import { law } from '../laws/law.ts'
import { failure, plainPolicy, report, reports } from '../machines/stepped-task.ts'
import { anyFlatMachine, anyTypes } from './any-flat-machine.ts'
import { differences, follow, type Next } from './followed-actor.ts'

const none = Number.POSITIVE_INFINITY

describe('a machine that is compiled', () => {
  law(
    'is in no way different from the same machine interpreted, whatever flat machine it is.',
    fc.tuple(anyFlatMachine(), fc.array(fc.constantFrom(...anyTypes), { maxLength: 12 })),
    ([machine, types]) => {
      const events = types.map((type) => () => ({ type, error: 'told' }))
      return differences(machine, { events, asked: anyTypes.map((type) => ({ type })) })
    },
  )

  law(
    'is in no way different if it is the task machine.',
    fc.tuple(anyPolicy(), fc.array(anyTaskEvent(), { maxLength: 25 })),
    ([policy, events]) => {
      const input = newTaskContext({ runId: 'run', taskId: 'build', index: 0, policy })
      const asked = [
        { type: 'task.kill', at: 0, reason: 'enough' },
        { type: 'task.grant', at: 0, forceable: true },
        { type: 'xstate.done.actor.work' },
        report('attempt.completed', 1, 0),
      ]
      return differences(taskMachine, { input, events, asked })
    },
  )

  law(
    'is in no way different if it is the dag machine.',
    fc.array(anyDagEvent(), { maxLength: 20 }),
    (sent) => {
      const input = newDagContext('run')
      const events = sent.map((event) => () => event)
      const asked = [{ type: 'run.offer', most: 1 }, { type: 'run.resume' }, { type: 'run.kill' }]
      return differences(dagMachine, { input, events, asked })
    },
  )
})

describe('the random machines that this is tried on', () => {
  it('go on for a while, end, break and are taken up again in every way that is compared', () => {
    const seen = new Map<string, number>()
    const arbitrary = fc.tuple(anyFlatMachine(), fc.array(fc.constantFrom(...anyTypes), { maxLength: 12 }))
    for (const [machine, types] of fc.sample(arbitrary, { numRuns: 500, seed: 7 })) {
      const events = types.map((type) => () => ({ type, error: 'told' }))
      const text = follow(machine, (traced) => traced, { events, asked: [] }).join('\n')
      for (const sign of signs) if (text.includes(sign)) seen.set(sign, (seen.get(sign) ?? 0) + 1)
    }
    expect(signs.filter((sign) => (seen.get(sign) ?? 0) < 10)).toEqual([])
  })
})

const signs = [
  '"isKept":false,"isOfMachine":true,"keys":["status"',
  '"isKept":true,"isOfMachine":true,"keys":["status"',
  'told to the parent {"type":"xstate.done.actor.child"',
  'told to the parent {"type":"xstate.error.actor.child"',
  'Unable to evaluate guard',
  'an action broke',
  'no context',
  '"again":true',
  '"type":"xstate.done.state.any.s',
]

describe('a runtime whose machines are compiled', () => {
  law(
    'tells the same facts in the same order as one whose machines are interpreted.',
    anyScenario(),
    async (scenario) => {
      const compiled = await playScenario(scenario, { mode: 'compiled' })
      const interpreted = await playScenario(scenario, { mode: 'interpreted' })
      const [one, other] = [compiled, interpreted].map(({ marks, runs }) => [
        ...marks.map((mark) => JSON.stringify(mark)),
        ...runs.map(({ result, journal }) => JSON.stringify({ result, journal })),
      ])
      const at = one!.findIndex((mark, index) => mark !== other![index])
      if (at === -1 && one!.length === other!.length) return []
      return [`compiled: ${one![at]}, interpreted: ${other![at === -1 ? one!.length : at]}`]
    },
  )
})

function anyPolicy(): fc.Arbitrary<TaskPolicy> {
  return fc.record({
    ...Object.fromEntries(Object.entries(plainPolicy).map(([field, value]) => [field, fc.constant(value)])),
    maxAttempts: fc.constantFrom(1, 2, 3),
    timeoutMs: fc.constantFrom(20, none),
    stallAfterMs: fc.constantFrom(10, none),
    stallGraceMs: fc.constantFrom(10, none),
    onFailure: fc.constantFrom('skip', 'abort', 'ignore', 'ask'),
    severity: fc.constantFrom('error', 'critical'),
  }) as fc.Arbitrary<TaskPolicy>
}

/** Mostly what takes a task further: reports of the latest attempt, and instants that are awaited. */
function anyTaskEvent(): fc.Arbitrary<Next> {
  const at = fc.nat(100)
  const attempt = fc.oneof(
    { weight: 6, arbitrary: fc.constant('latest' as const) },
    { weight: 1, arbitrary: fc.constant(1) },
  )
  const given = fc.record({
    retryable: fc.boolean(),
    severity: fc.constantFrom<'error' | 'critical'>('error', 'error', 'critical'),
  })
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.constantFrom('attempt.started' as const, ...reports), attempt, at, given).map(
        ([type, which, at, failed]) =>
          (context: TaskContext) =>
            report(type, which === 'latest' ? context.attempt : which, at, failed),
      ),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(at, fc.boolean()).map(([at, forceable]) => () => ({
        type: 'task.grant',
        at,
        forceable,
      })),
    },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(
          'retryAt' as const,
          'startBy' as const,
          'timeoutAt' as const,
          'stallAt' as const,
          'graceAt' as const,
          'forceAt' as const,
        )
        .map((instant) => (context: TaskContext) => ({ type: 'task.due', at: context[instant] })),
    },
    { weight: 1, arbitrary: at.map((at) => () => ({ type: 'task.defer', at })) },
    { weight: 1, arbitrary: at.map((at) => () => ({ type: 'task.kill', at, reason: 'enough' })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(at, fc.constantFrom('retry', 'skip', 'ignore', 'abort', 'perhaps'))
        .map(([at, answer]) => () => ({ type: 'task.answer', at, answer })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(
          'xstate.done.actor.work',
          'xstate.error.actor.work',
          'xstate.error.actor.other',
          'never',
        )
        .map((type) => () => ({ type, error: 'told' })),
    },
  ) as fc.Arbitrary<Next>
}

function anyDagEvent(): fc.Arbitrary<DagEvent> {
  const task = newTaskContext({ runId: 'run', taskId: 'build', index: 0, policy: plainPolicy })
  const often: readonly DagEvent[] = [
    { type: 'run.start' },
    { type: 'run.reopen' },
    { type: 'run.offer', most: 3 },
    { type: 'run.pause' },
    { type: 'run.resume' },
    { type: 'run.killTask', index: 0, reason: 'enough' },
    { type: 'xstate.done.actor.task', output: task },
  ]
  const seldom: readonly DagEvent[] = [
    { type: 'run.drain', reason: 'no more' },
    { type: 'run.kill', reason: 'enough' },
    { type: 'run.abort', ending: 'aborted', failure: failure(), causedBy: 'build' },
    { type: 'run.settled', failed: 0 },
    { type: 'run.settled', failed: 2 },
    { type: 'xstate.error.actor.task', error: 'told' } as unknown as DagEvent,
    { type: 'never' } as unknown as DagEvent,
  ]
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...often) },
    { weight: 1, arbitrary: fc.constantFrom(...seldom) },
  )
}
