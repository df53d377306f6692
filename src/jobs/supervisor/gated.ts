import type { Executor, Report } from '../../ports/executor.ts'

export interface Gate {
  readonly executor: Executor
  /** From now on nothing that its attempts report is heard: they have not failed, they were cut off. */
  close(): void
}

/** An executor whose reports can be cut off. */
export function gated(executor: Executor): Gate {
  let isOpen = true
  const through =
    (report: Report): Report =>
    (told) => {
      if (isOpen) report(told)
    }
  return {
    executor: {
      ...executor,
      start: (attempt, report) => (isOpen ? executor.start(attempt, through(report)) : undefined),
    },
    close: () => {
      isOpen = false
    },
  }
}
