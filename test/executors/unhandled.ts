import { afterEach, beforeEach, expect } from 'vitest'

/** Fails each test of the file that leaves a rejection or an exception to the process. */
export function expectNothingUnhandled(): void {
  const unhandled: unknown[] = []
  const keep = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', keep)
    process.on('uncaughtException', keep)
  })
  afterEach(async () => {
    // What rxjs and XState find nobody for, they throw from a timer.
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
    process.off('unhandledRejection', keep)
    process.off('uncaughtException', keep)
    expect(unhandled).toEqual([])
  })
}
