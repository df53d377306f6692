export function isThenable(value: unknown): value is PromiseLike<unknown> {
  const canHaveThen = typeof value === 'function' || (typeof value === 'object' && value !== null)
  return canHaveThen && 'then' in value && typeof value.then === 'function'
}
