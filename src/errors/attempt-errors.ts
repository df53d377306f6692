import type { Severity } from '../../machines/outcome.ts'
import { readField } from './foreign-value.ts'

/** Marks these errors, so that they are recognised even if another copy of this package made them. */
const kind: unique symbol = Symbol.for('dagmar.attempt-error')

export interface TerminalErrorOptions {
  /** `critical` also ends the whole run. @default 'error' */
  readonly severity?: Severity
  readonly cause?: unknown
}

/** A handler throws it to say that trying again is useless: the task has no further attempt. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError'
  /** @internal */
  get [kind](): string {
    return 'terminal'
  }
  readonly severity: Severity | undefined

  constructor(message: string, options: TerminalErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.severity = options.severity
  }
}

/**
 * A handler throws it to say when to try again, in place of the backoff. The attempt counts, and where it was the last
 * one there is no other.
 */
export class RetryAfterError extends Error {
  override readonly name: string = 'RetryAfterError'
  /** @internal */
  get [kind](): string {
    return 'retry-after'
  }
  /** Milliseconds, or a duration such as `'30s'`. */
  readonly after: number | string

  constructor(
    after: number | string,
    message = `Try again in ${after}.`,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.after = after
  }
}

/** Which of the two errors it is, whatever copy of this package made it. Undefined for any other error. */
export function attemptErrorKind(error: Error): 'terminal' | 'retry-after' | undefined {
  const known = readField(error, kind)
  return known === 'terminal' || known === 'retry-after' ? known : undefined
}
