import type { Fact, NewRunFact, PassingFact, RunFact } from '../../src/events/facts.ts'
import type { Failure, TaskId } from '../../machines/outcome.ts'
import type { Beginning } from '../../src/events/fold.ts'
import type { TaskStructure } from '../../src/graph/plan.ts'

export const structure: readonly TaskStructure[] = [taskOf('build', []), taskOf('test', ['build'])]

/** A task of which nothing is said but what it needs. */
export function taskOf(id: TaskId, needs: readonly TaskId[]): TaskStructure {
  return {
    id,
    needs,
    rule: 'all-completed',
    executor: 'inline',
    priority: 0,
    uses: {},
    maxAttempts: 1,
    onFailure: 'skip',
  }
}

/** What is known of a run with these tasks before its first fact. */
export const beginning = (): Beginning => ({ runId: 'run', name: 'release', structure })

/** The first fact of such a run. */
export const created: NewRunFact = {
  type: 'run.created',
  name: 'release',
  structure,
  limits: { concurrency: 4, pools: {}, timeoutMs: null },
  fingerprint: '0123456789abcdef',
}

export const failure: Failure = {
  code: 'HANDLER_THREW',
  message: 'no',
  severity: 'error',
  retryable: true,
  at: 5,
}

/** Numbers facts from `first` on and dates each by its number. */
export function numbered(facts: readonly NewRunFact[], first = 1): RunFact[] {
  return facts.map((fact, index) => ({ ...fact, seq: first + index, at: 10 * (first + index), runId: 'run' }))
}

/** The fact with that number; all of these are about one task. */
export function factAt(seq: number, taskId = 'build'): RunFact {
  return { type: 'task.ready', taskId, seq, at: 10 * seq, runId: 'run' }
}

/** What the task said after the fact of that number. */
export function output(afterSeq: number, text = 'hi', taskId = 'build'): PassingFact {
  return {
    type: 'task.output',
    taskId,
    attempt: 1,
    text,
    stream: 'stdout',
    afterSeq,
    at: 10 * afterSeq + 1,
    runId: 'run',
  }
}

/** Facts in short: `3` is the run fact of that number, `3+` a passing one after it, `3+2!` two missed there. */
export function short(fact: Fact): string {
  if ('seq' in fact) return String(fact.seq)
  return fact.type === 'stream.lagged' ? `${fact.afterSeq}+${fact.missed}!` : `${fact.afterSeq}+`
}
