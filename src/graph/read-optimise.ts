import { defaultOptimise, type OptimiseOptions } from './options.ts'
import type { OptimiseSettings } from './plan.ts'
import { readDuration, readFields, readInteger } from './read-values.ts'

const known: ReadonlySet<string> = new Set(Object.keys(defaultOptimise))

/** Throws `CONFIG_INVALID` and `DURATION_INVALID`. Options that are not given are taken from `before`. */
export function readOptimise(
  options: unknown = {},
  before: OptimiseSettings = { ...defaultOptimise, timeCapMs: defaultOptimise.timeCap },
): OptimiseSettings {
  const fields: { readonly [Field in keyof OptimiseOptions]?: unknown } = readFields(
    options,
    'optimise',
    known,
  )
  const { effort = before.effort, seed = before.seed, timeCap = before.timeCapMs } = fields
  return Object.freeze({
    effort: readInteger(effort, 'optimise.effort', 0),
    seed: readInteger(seed, 'optimise.seed', 0),
    timeCapMs: readDuration(timeCap, 'optimise.timeCap', { positive: true }),
  })
}
