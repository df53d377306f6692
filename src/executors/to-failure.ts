import { RetryAfterError, TerminalError } from '../errors/attempt-errors.ts'
import type { ReportedFailure } from '../ports/executor.ts'
import { toMs } from '../time/duration.ts'

type Cause = { readonly name: string; readonly message: string; readonly cause?: Cause }

const deepest = 8

/** Turns a thrown value, whatever it is, into the failure of an attempt. The only place that does so. */
export function toFailure(thrown: unknown): ReportedFailure {
  if (thrown instanceof TerminalError) {
    return {
      ...described('TERMINAL', thrown),
      retryable: false,
      ...(thrown.severity === undefined ? {} : { severity: thrown.severity }),
    }
  }
  if (thrown instanceof RetryAfterError) {
    const retryAfterMs = toMs(thrown.after)
    const isInstant = retryAfterMs !== undefined && Number.isFinite(retryAfterMs)
    return { ...described('RETRY_AFTER', thrown), ...(isInstant ? { retryAfterMs } : {}) }
  }
  if (thrown instanceof Error) return described('HANDLER_THREW', thrown)
  return { code: 'HANDLER_THREW', message: `The handler threw ${shown(thrown)}, which is no Error.` }
}

function described(code: string, error: Error): ReportedFailure {
  const cause = causeOf(error.cause, 1)
  return {
    code,
    message: error.message === '' ? error.name : error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(cause === undefined ? {} : { cause }),
  }
}

function causeOf(cause: unknown, depth: number): Cause | undefined {
  if (cause === undefined || depth > deepest) return undefined
  if (!(cause instanceof Error)) return { name: typeof cause, message: shown(cause) }
  const deeper = causeOf(cause.cause, depth + 1)
  return { name: cause.name, message: cause.message, ...(deeper === undefined ? {} : { cause: deeper }) }
}

function shown(value: unknown): string {
  try {
    return typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value))
  } catch {
    return Object.prototype.toString.call(value)
  }
}
