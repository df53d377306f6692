import type { Severity } from '../../machines/outcome.ts'

export interface TerminalErrorOptions {
  /** `critical` also ends the whole run. @default 'error' */
  readonly severity?: Severity
  readonly cause?: unknown
}

/** A handler throws it to say that trying again is useless: the task has no further attempt. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError'
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
