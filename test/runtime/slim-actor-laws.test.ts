import { newDagContext } from '../../machines/dag.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createActor, type EventObject, fromTransition } from 'xstate'
import {
  type DagContext,
  dagMachine,
  newTaskContext,
  type TaskContext,
  taskMachine,
} from '../../machines/index.ts'
import { lastingSnapshots } from '../../src/runtime/actor/lasting-snapshots.ts'
import { compile } from '../../src/runtime/compile/compile.ts'
import { law } from '../laws/law.ts'
import { failure, plainPolicy, report, reports } from '../machines/stepped-task.ts'
import { anyCourse, differencesOf, seenOf } from './actor-course.ts'
import { anyFlatMachine, anyTypes } from './any-flat-machine.ts'

const breaks = ({ event }: { readonly event: EventObject }): void => {
  if ('at' in event && event.at === 13) throw new Error('a seam broke')
}

/** With a seam that breaks: none of the runtime's does, and an actor must end as XState's does all the same. */
const taskLogic = lastingSnapshots(
  compile(taskMachine.provide({ actions: { tellDispatched: breaks } }), { ownContext: true }),
)
const dagLogic = lastingSnapshots(
  compile(dagMachine.provide({ actions: { tellKilling: breaks } }), { ownContext: true }),
)

const taskInput = (): TaskContext =>
  newTaskContext({ runId: 'run', taskId: 'build', index: 0, policy: { ...plainPolicy, maxAttempts: 2 } })

const dagInput = (): DagContext => newDagContext('run')

const foreign: readonly (EventObject & { readonly error?: unknown })[] = [
  { type: 'nobody knows' },
  { type: 'xstate.error.actor.other', error: 'told' },
  { type: 'xstate.done.actor.work' },
  { type: 'xstate.init' },
  { type: '*' },
]

const anyTaskEvent = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<EventObject>(
      { type: 'task.grant', at: 1, forceable: false } as EventObject,
      { type: 'task.grant', at: 1, forceable: true } as EventObject,
      { type: 'task.grant', at: 13, forceable: false } as EventObject,
      report('attempt.started', 1, 2),
      report('attempt.completed', 1, 3),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<EventObject>(
      ...reports.map((type) => report(type, 1, 3)),
      ...reports.map((type) => report(type, 2, 3)),
      ...[1, 50, 1_000_000].map((at) => ({ type: 'task.due', at }) as EventObject),
      { type: 'task.kill', at: 3, reason: 'enough' } as EventObject,
      { type: 'task.answer', at: 3, answer: 'skip' } as EventObject,
      ...foreign,
    ),
  },
)

const anyDagEvent = fc.constantFrom<EventObject>(
  { type: 'run.start' },
  { type: 'run.offer', most: 1 } as EventObject,
  { type: 'run.pause' },
  { type: 'run.resume' },
  { type: 'run.drain', reason: 'enough' } as EventObject,
  { type: 'run.kill', reason: 'enough' } as EventObject,
  { type: 'run.abort', ending: 'aborted', failure: failure() } as EventObject,
  { type: 'run.abort', ending: 'aborted', failure: failure(), at: 13 } as EventObject,
  { type: 'run.settled', failed: 0 } as EventObject,
  { type: 'run.settled', failed: 1 } as EventObject,
  { type: 'xstate.done.actor.task', output: taskInput() } as EventObject,
  ...foreign,
)

const anyFlatEvent = fc.constantFrom(...anyTypes, '*').map((type) => ({ type, error: 'told' }) as EventObject)

describe('a slim actor', () => {
  law(
    'is in no way different from what createActor makes, if it is a task.',
    anyCourse(anyTaskEvent),
    (course) => differencesOf(taskLogic, taskInput, course),
  )

  law(
    'is in no way different from what createActor makes, if it is a dag.',
    anyCourse(anyDagEvent),
    (course) => differencesOf(dagLogic, dagInput, course),
  )

  law(
    'is in no way different from what createActor makes, whatever flat machine it is.',
    fc.tuple(anyFlatMachine(), anyCourse(anyFlatEvent)),
    ([machine, course]) => {
      const logic = lastingSnapshots(compile(machine))
      // One whose context cannot be made, and one that is done before it begins, is left to createActor.
      const parent = createActor(fromTransition(() => 0, 0))
      if (createActor(logic, { parent }).getSnapshot().status !== 'active') return []
      return differencesOf(logic, () => undefined, course)
    },
  )
})

describe('the courses that slim actors are tried on', () => {
  it('come to every end, and see all that observers and inspectors can be told', () => {
    const seen = new Map<string, number>()
    for (const course of fc.sample(anyCourse(anyTaskEvent), { numRuns: 3_000, seed: 7 })) {
      const marks = seenOf(course, (parent) =>
        createActor(taskLogic, { parent, id: 'task', input: taskInput() }),
      )
      const text = marks.join('\n')
      for (const sign of signs) if (text.includes(sign)) seen.set(sign, (seen.get(sign) ?? 0) + 1)
    }
    expect(signs.filter((sign) => (seen.get(sign) ?? 0) < 10)).toEqual([])
  })
})

const signs = [
  'parent {"type":"xstate.done.actor.task"',
  'parent {"type":"xstate.error.actor.task"',
  'a seam broke',
  'nobody heard "Error: of an observer"',
  'nobody heard "Error: a seam broke"',
  'A non-root actor cannot be stopped directly',
  'complete ',
  '@xstate.event {"of":"task","from":"parent","event":{"type":"xstate.init"}',
  '@xstate.event {"of":"parent","from":"task"',
  '@xstate.snapshot {"of":"task"',
  '"status":"stopped"',
]
