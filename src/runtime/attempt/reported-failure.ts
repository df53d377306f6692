import type { Failure, Severity } from '../../../machines/outcome.ts'
import { isError, readField, shownValue } from '../../errors/foreign-value.ts'
import { toFailure } from '../../executors/to-failure.ts'

const deepest = 8

/**
 * The failure that an executor reported, as facts have it: JSON, with missing fields filled in from the task. Errors,
 * and values that are no failures at all, are accepted as well.
 */
export function reportedFailure(reported: unknown, severity: Severity, at: number): Failure {
  const failure: object = isError(reported) ? toFailure(reported) : isObject(reported) ? reported : {}
  const [code, message, own] = [
    readField(failure, 'code'),
    readField(failure, 'message'),
    readField(failure, 'severity'),
  ]
  const [cause, stack] = [causeIn(failure, 1), readField(failure, 'stack')]
  const [retryAfterMs, output] = [readField(failure, 'retryAfterMs'), readField(failure, 'output')]
  return {
    code: typeof code === 'string' && code !== '' ? code : 'EXECUTOR_FAILED',
    message: typeof message === 'string' ? message : shownValue(message ?? reported),
    severity: own === 'critical' || own === 'error' ? own : severity,
    retryable: readField(failure, 'retryable') !== false,
    at,
    ...(cause === undefined ? {} : { cause }),
    ...(typeof stack === 'string' ? { stack } : {}),
    ...(typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) ? { retryAfterMs } : {}),
    ...(Array.isArray(output) ? { output: output.filter((line) => typeof line === 'string') } : {}),
  }
}

function causeIn(failure: object, depth: number): Failure['cause'] {
  const cause = readField(failure, 'cause')
  if (!isObject(cause) || depth > deepest) return undefined
  const [name, message] = [readField(cause, 'name'), readField(cause, 'message')]
  const deeper = causeIn(cause, depth + 1)
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : shownValue(message),
    ...(deeper === undefined ? {} : { cause: deeper }),
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
