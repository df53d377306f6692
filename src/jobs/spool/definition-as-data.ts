import { DagmarError } from '../../errors/dagmar-error.ts'
import type { PlanDefinition } from '../../graph/make-plan.ts'

/** JSON has no infinite numbers, which many options take. */
const infinite = { $number: 'Infinity' } as const

/**
 * A plan in a form that JSON keeps whole. Throws `CONFIG_INVALID` where there is something in it that only its own process
 * has, such as a function.
 */
export function definitionAsData(definition: PlanDefinition): PlanDefinition {
  return mapped(definition, '', (value, path) => {
    if (value === Number.POSITIVE_INFINITY) return infinite
    if (typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint') return value
    throw new DagmarError('CONFIG_INVALID', {
      message: `${path} is a ${typeof value}, which exists in this process alone. A job is data: it outlives the process that dispatches it.`,
      hint: 'Let a command do it, or run it here with createRuntime().',
      facts: { field: path },
    })
  }) as PlanDefinition
}

/** The plan that `definitionAsData` was given. */
export function definitionFromData(data: PlanDefinition): PlanDefinition {
  return mapped(data, '', (value) =>
    typeof value === 'object' && value !== null && (value as { $number?: unknown }).$number === 'Infinity'
      ? Number.POSITIVE_INFINITY
      : value,
  ) as PlanDefinition
}

/** The same object where nothing in it becomes another: most plans have nothing of the kind. */
function mapped(value: unknown, path: string, map: (value: unknown, path: string) => unknown): unknown {
  const own = map(value, path)
  if (own !== value || typeof own !== 'object' || own === null) return own
  const under = path === '' ? '' : `${path}.`
  if (Array.isArray(own)) {
    let copy: unknown[] | undefined
    for (const [index, item] of own.entries()) {
      const inner = mapped(item, `${under}${index}`, map)
      if (inner !== item) (copy ??= [...own])[index] = inner
    }
    return copy ?? own
  }
  let copy: Record<string, unknown> | undefined
  for (const [name, item] of Object.entries(own)) {
    const inner = mapped(item, `${under}${name}`, map)
    if (inner !== item) (copy ??= { ...own })[name] = inner
  }
  return copy ?? own
}
