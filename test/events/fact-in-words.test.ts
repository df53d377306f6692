import { describe, expect, it } from 'vitest'
import { inWords } from '../../src/events/fact-in-words.ts'
import type { Fact } from '../../src/events/facts.ts'
import { failure } from './made-facts.ts'

const words = (fact: object): string => {
  const { what, about } = inWords({
    taskId: 'build',
    attempt: 1,
    at: 1_000,
    seq: 1,
    runId: 'r',
    ...fact,
  } as Fact)
  return about === undefined ? what : `${what}: ${about}`
}

describe('a fact in words', () => {
  it.each([
    [{ type: 'task.completed', output: { big: true } }, 'completed'],
    [{ type: 'task.started', attempt: 2 }, 'started, attempt 2'],
    [{ type: 'task.retrying', failure, until: 6_000 }, `retrying in 5.0 s: ${failure.message}`],
    [{ type: 'task.failed', failure, ignored: true }, `failed (ignored): ${failure.message}`],
    [
      { type: 'task.skipped', because: 'dependency-failed', causedBy: 'lint' },
      'skipped because of lint (dependency-failed)',
    ],
    [{ type: 'task.stopping', reason: 'start-timeout' }, 'being ended: start timeout'],
    [{ type: 'task.stopping', reason: 'kill' }, 'being ended'],
    [{ type: 'task.answered', answer: { to: 'eu' } }, 'was answered: {"to":"eu"}'],
    [{ type: 'task.answered', answer: undefined }, 'was answered: undefined'],
    [{ type: 'run.killing', reason: 'enough' }, 'killing: enough'],
    [{ type: 'run.killing', reason: 'aborted', failure }, `killing the rest: ${failure.message}`],
    [{ type: 'run.redriven', tasks: ['a', 'b'] }, 'redriven: 2 tasks'],
    [{ type: 'task.progress', percent: 49.6 }, '50 %'],
  ])('%j is %s', (fact, said) => {
    expect(words(fact)).toBe(said)
  })

  it('says of an answer that cannot be shown what it is', () => {
    expect(words({ type: 'task.answered', answer: 1n })).toBe('was answered: [object BigInt]')
  })
})
