import { describe, expect, it } from 'vitest'
import { RetryAfterError, TerminalError } from '../../src/errors/attempt-errors.ts'
import { DagmarError } from '../../src/errors/dagmar-error.ts'

const cause = new Error('below')

describe('an error of dagmar', () => {
  it('says what happened and what to do, and carries the code, the particulars and the cause', () => {
    const error = new DagmarError('DAG_CYCLE', {
      message: 'Tasks depend on each other in a cycle: a → b → a.',
      hint: 'Remove one of these dependencies.',
      facts: { path: ['a', 'b', 'a'] },
      cause,
    })
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('DagmarError')
    expect(error.message).toBe(
      'Tasks depend on each other in a cycle: a → b → a. Remove one of these dependencies.',
    )
    expect(error).toMatchObject({
      code: 'DAG_CYCLE',
      problem: 'Tasks depend on each other in a cycle: a → b → a.',
      hint: 'Remove one of these dependencies.',
      facts: { path: ['a', 'b', 'a'] },
      cause,
    })
  })

  it('says only what happened where there is nothing to advise', () => {
    const error = new DagmarError('CONFIG_INVALID', { message: 'That is no option.' })
    expect(error.message).toBe('That is no option.')
    expect(error).toMatchObject({ hint: undefined, facts: {} })
    expect('cause' in error).toBe(false)
  })
})

describe('an error that forbids another attempt', () => {
  it('has no severity of its own unless it is given one', () => {
    const plain = new TerminalError('no use')
    expect(plain).toMatchObject({ name: 'TerminalError', message: 'no use', severity: undefined })
    expect('cause' in plain).toBe(false)
    expect(new TerminalError('no use', { severity: 'critical', cause })).toMatchObject({
      severity: 'critical',
      cause,
    })
  })
})

describe('an error that says when to try again', () => {
  it('says so in its message, unless that is given', () => {
    expect(new RetryAfterError('30s')).toMatchObject({
      name: 'RetryAfterError',
      message: 'Try again in 30s.',
      after: '30s',
    })
    expect(new RetryAfterError(500, 'busy', { cause })).toMatchObject({ message: 'busy', after: 500, cause })
  })
})
