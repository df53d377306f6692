import { defaultOptimise } from './options.ts'
import type { OptimiseSettings } from './plan.ts'
import { readGiven, readInteger, type Reader, readTimeout } from './read-values.ts'

const readCount: Reader<number> = (value, path) => readInteger(value, path, 0)

const readers = {
  effort: readCount,
  seed: readCount,
  timeCap: readTimeout,
}

/** Throws `CONFIG_INVALID` and `DURATION_INVALID`. Options that are not given are taken from `before`. */
export function readOptimise(
  options: unknown = {},
  before: OptimiseSettings = { ...defaultOptimise, timeCapMs: defaultOptimise.timeCap },
): OptimiseSettings {
  const {
    effort = before.effort,
    seed = before.seed,
    timeCap: timeCapMs = before.timeCapMs,
  } = readGiven(options, readers, 'optimise')
  return Object.freeze({ effort, seed, timeCapMs })
}
