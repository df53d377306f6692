import { createRuntime } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { thrownBy } from '../graph/thrown.ts'

describe('an option of a runtime that is an object', () => {
  it.each([
    [
      { clock: { now: () => 0 } },
      'clock is an object, but it must be a clock, with now, setTimeout and clearTimeout.',
    ],
    [{ store: [] }, 'store is an array, but it must be a store, with create, open, append and read.'],
    [
      { executors: { gpu: () => undefined } },
      'executors.gpu is a function, but it must be an executor, with start and abort.',
    ],
    [{ inspect: 'yes' }, "inspect is 'yes', but it must be a function or an observer."],
  ])('is refused for what it lacks: %j', (options, problem) => {
    expect(thrownBy(() => createRuntime(options as never))).toMatchObject({ code: 'CONFIG_INVALID', problem })
  })
})
