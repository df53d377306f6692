import { askingCases } from './asking-cases.ts'
import { copyingCases } from './copying-cases.ts'
import { endingCases } from './ending-cases.ts'
import { demandExecutorUnderTest, type ExecutorUnderTest } from './executor-under-test.ts'
import { handleCases } from './handle-cases.ts'
import { laterCoordinatorCases } from './later-coordinator-cases.ts'
import { benchFor } from './tried-case.ts'
import { workingCases } from './working-cases.ts'

export interface ConformanceCase {
  /** A sentence: what the executor does. */
  readonly name: string
  /** Rejects with a `ConformanceError` that says what was breached. */
  readonly run: () => Promise<void>
}

/**
 * The contract of the port `Executor` as cases for any test framework. Cases for kinds of work that are not given are
 * left out; cases for methods that the executor does not have pass. Throws `CONFIG_INVALID` for anything but an
 * `ExecutorUnderTest`, such as an executor itself.
 *
 * @example
 * ```ts
 * const cases = executorConformance({
 *   name: 'the far executor',
 *   makeExecutor: () => farExecutor({ host: 'localhost' }),
 *   work: {
 *     completes: (output) => ({ script: `echo ${output}` }),
 *     fails: (message) => ({ script: `echo ${message} >&2; exit 1` }),
 *     hangs: () => ({ script: 'sleep 100' }),
 *   },
 * })
 * for (const { name, run } of cases) test(name, run)
 * ```
 */
export function executorConformance(tried: ExecutorUnderTest): readonly ConformanceCase[] {
  demandExecutorUnderTest(tried)
  const parts = [workingCases, endingCases, copyingCases, askingCases, handleCases, laterCoordinatorCases]
  return parts
    .flatMap((casesOf) => casesOf(tried))
    .map(({ name, run }) => ({ name, run: () => run(benchFor(tried)) }))
}
