import { attemptErrorKind } from '../errors/attempt-errors.ts'
import { isError, readField, shownValue, textIn } from '../errors/foreign-value.ts'
import type { ReportedFailure } from '../ports/executor.ts'
import { toMs } from '../time/duration.ts'
import { withoutOwnFrames } from './foreign-call.ts'

type Cause = { readonly name: string; readonly message: string; readonly cause?: Cause }

const deepest = 8

/** Turns a thrown value, whatever it is, into the failure of an attempt. The only place that does so; it never throws. */
export function toFailure(thrown: unknown): ReportedFailure {
  if (!isError(thrown)) {
    return { code: 'HANDLER_THREW', message: `The handler threw ${shownValue(thrown)}, which is no Error.` }
  }
  const kind = attemptErrorKind(thrown)
  if (kind === 'terminal') {
    const severity = readField(thrown, 'severity')
    return {
      ...described('TERMINAL', thrown),
      retryable: false,
      ...(severity === 'error' || severity === 'critical' ? { severity } : {}),
    }
  }
  if (kind === 'retry-after') {
    const retryAfterMs = toMs(readField(thrown, 'after'))
    const isInstant = retryAfterMs !== undefined && Number.isFinite(retryAfterMs)
    return { ...described('RETRY_AFTER', thrown), ...(isInstant ? { retryAfterMs } : {}) }
  }
  return described('HANDLER_THREW', thrown)
}

function described(code: string, error: Error): ReportedFailure {
  const stack = readField(error, 'stack')
  const cause = causeOf(readField(error, 'cause'), 1)
  return {
    code,
    message: textIn(error, 'message') || textIn(error, 'name'),
    ...(typeof stack === 'string' ? { stack: withoutOwnFrames(stack) } : {}),
    ...(cause === undefined ? {} : { cause }),
  }
}

function causeOf(cause: unknown, depth: number): Cause | undefined {
  if (cause === undefined || depth > deepest) return undefined
  if (!isError(cause)) return { name: typeof cause, message: shownValue(cause) }
  const deeper = causeOf(readField(cause, 'cause'), depth + 1)
  return {
    name: textIn(cause, 'name'),
    message: textIn(cause, 'message'),
    ...(deeper === undefined ? {} : { cause: deeper }),
  }
}
