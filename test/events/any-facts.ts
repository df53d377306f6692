import fc from 'fast-check'
import type { NewRunFact, RunFact } from '../../src/events/facts.ts'
import { created, failure, numbered, taskOf } from './made-facts.ts'

const ids = ['build', 'test', 'new'] as const
const anyFact: fc.Arbitrary<NewRunFact> = fc
  .record({
    make: fc.constantFrom<(taskId: string, attempt: number) => NewRunFact>(
      () => ({ type: 'run.started' }),
      () => ({ type: 'run.paused' }),
      () => ({ type: 'run.resumed' }),
      () => ({ type: 'run.failed', failure }),
      () => ({ type: 'run.redriven', tasks: [] }),
      () => ({ type: 'run.recovered' }),
      // Another plan: one task is new, and another one is not in it.
      (taskId) => ({
        type: 'run.recovered',
        structure: [taskOf('new', []), taskOf(taskId === 'new' ? 'build' : taskId, ['new'])],
        fingerprint: 'f',
      }),
      (taskId) => ({ type: 'task.ready', taskId }),
      (taskId, attempt) => ({ type: 'task.dispatched', taskId, attempt, executor: 'inline' }),
      (taskId) => ({ type: 'task.deferred', taskId, executor: 'inline', carrying: 2, capacity: 2 }),
      (taskId, attempt) => ({ type: 'task.starting', taskId, attempt, until: 99 }),
      (taskId, attempt) => ({ type: 'task.started', taskId, attempt }),
      (taskId, attempt) => ({ type: 'task.asked', taskId, attempt, of: 'handler', question: 'really?' }),
      (taskId, attempt) => ({ type: 'task.answered', taskId, attempt, answer: 'retry' }),
      (taskId, attempt) => ({ type: 'task.stalled', taskId, attempt, silentMs: 50, until: 9 }),
      (taskId, attempt) => ({ type: 'task.retrying', taskId, attempt, failure, until: 9 }),
      (taskId, attempt) => ({ type: 'task.completed', taskId, attempt, output: 1 }),
      (taskId, attempt) => ({ type: 'task.killed', taskId, attempt, reason: 'enough', abandoned: false }),
      (taskId) => ({ type: 'task.redriven', taskId, from: 'killed' }),
      (taskId) => ({ type: 'task.skipped', taskId, because: 'rule-unmet' }),
    ),
    id: fc.constantFrom(...ids),
    attempt: fc.nat(5),
  })
  .map(({ make, id, attempt }) => make(id, attempt))

/** Facts of a run, in order, of which most make no sense after those before them. */
export const anyFacts: fc.Arbitrary<readonly RunFact[]> = fc
  .array(anyFact, { maxLength: 30 })
  .map((facts) => numbered([created, ...facts]))
