import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dueAt, expiredQuestion, type TaskEvent, type TaskPolicy } from '../../machines/index.ts'
import { report, reports, SteppedTask } from './stepped-task.ts'
import { expectBooksToHold } from './task-invariants.ts'

const length = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant(Number.POSITIVE_INFINITY))

const anyPolicy: fc.Arbitrary<TaskPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  startTimeoutMs: length,
  timeoutMs: length,
  stallAfterMs: length,
  stallGraceMs: length,
  killGraceMs: length,
  onFailure: fc.constantFrom('skip', 'abort', 'ignore', 'ask'),
  severity: fc.constantFrom('error', 'critical'),
  answerWithinMs: length,
  defaultDecision: fc.constantFrom('skip', 'ignore', 'abort'),
})

/** What the outside does next, before it is known at which instant and for which attempt. */
type Move = (task: SteppedTask, at: number) => TaskEvent

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.boolean().map(
      (forceable): Move =>
        (_, at) => ({ type: 'task.grant', at, forceable }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Move>((_, at) => ({ type: 'task.defer', at })) },
  { weight: 3, arbitrary: fc.constant<Move>((_, at) => ({ type: 'task.due', at })) },
  { weight: 1, arbitrary: fc.constant<Move>((_, at) => ({ type: 'task.kill', at, reason: `at ${at}` })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom<unknown>('retry', 'retry', 'skip', 'ignore', 'abort', 'perhaps', undefined)
      .map(
        (answer): Move =>
          (_, at) => ({ type: 'task.answer', at, answer }),
      ),
  },
  {
    weight: 12,
    arbitrary: fc
      .record({
        type: fc.constantFrom(...reports, 'attempt.started' as const, 'attempt.failed' as const),
        age: fc.constantFrom(0, 0, 0, 0, 1),
        retryable: fc.boolean(),
        severity: fc.constantFrom('error' as const, 'error' as const, 'critical' as const),
      })
      .map(
        ({ type, age, retryable, severity }): Move =>
          ({ context }, at) =>
            report(type, context.attempt - age, at, { retryable, severity }),
      ),
  },
)

/** A random life: what happens, and how long it lasts until the next thing. */
const anyLife = fc.record({
  policy: anyPolicy,
  moves: fc.array(fc.tuple(anyMove, fc.integer({ min: 0, max: 20 })), { maxLength: 60 }),
})

function live(
  { policy, moves }: { readonly policy: TaskPolicy; readonly moves: readonly (readonly [Move, number])[] },
  look: (task: SteppedTask, at: number) => void,
): SteppedTask {
  const task = new SteppedTask(policy)
  let at = 0
  look(task, at)
  for (const [move, lasts] of moves) {
    task.send(move(task, at))
    look(task, at)
    at += lasts
  }
  return task
}

const bookless = (task: SteppedTask) => ({ ...task.context, ignoredEvents: 0 })

describe('whatever happens to a task', () => {
  it('its books are those of its state', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        live(life, (task) => expectBooksToHold(task.state, task.context))
      }),
      { numRuns: 500 },
    )
  })

  it('no instant that it asks to be woken at comes in vain', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const task = live(life, () => {})
        // At most: a retry, or a start timeout, a stall and its grace, force, giving up.
        for (let woken = 0; dueAt(task.context) !== Number.POSITIVE_INFINITY; woken++) {
          expect(woken).toBeLessThan(6)
          const before = bookless(task)
          const at = dueAt(task.context)
          // What nobody answers in time is answered by default.
          const place = expiredQuestion(task.context, at)
          if (place === -1) task.due(at)
          else task.send({ type: 'task.answer', at, answer: 'skip', place, expired: true })
          expect(bookless(task)).not.toEqual(before)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('being woken before that instant changes nothing', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const task = live(life, () => {})
        const before = bookless(task)
        task.due(Math.min(dueAt(task.context), 1e12) - 0.5)
        expect(bookless(task)).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })

  it('an event either does something, or is ignored and counted, and never both', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        let counted = 0
        const task = live(life, ({ did }) => {
          const ignored = did.filter((action) => action === 'noteIgnored').length
          expect(did).toHaveLength(ignored === 1 ? 1 : did.length)
          counted += ignored
        })
        expect(task.context.ignoredEvents).toBe(counted)
      }),
      { numRuns: 300 },
    )
  })

  it('its attempts rise by one, and no attempt is live beside another', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const started: number[] = []
        live(life, (task) => {
          if (task.did.includes('startAttempt')) started.push(task.context.attempt)
        })
        expect(started).toEqual(started.map((_, index) => index + 1))
      }),
      { numRuns: 300 },
    )
  })

  it('a kill ends it: at once, or once its attempt has ended or is given up', () => {
    fc.assert(
      fc.property(anyLife, fc.boolean(), (life, confirms) => {
        const policy = { ...life.policy, killGraceMs: 5 }
        const task = live({ ...life, policy }, () => {})
        if (['completed', 'failed', 'killed'].includes(task.state)) return
        task.kill(1e6)
        if (confirms && task.state === 'stopping') task.hear('attempt.ended', 1e6)
        else while (task.state === 'stopping') task.due(dueAt(task.context))
        expect(task.state).toBe('killed')
      }),
      { numRuns: 300 },
    )
  })
})
