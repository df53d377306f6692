import type { ReportedFailure } from '../../ports/executor.ts'

/** Thrown while a command is prepared, before anything of it has run. */
export class StartFault extends Error {
  override readonly name = 'StartFault'
  readonly failure: ReportedFailure

  constructor(failure: ReportedFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** The code of a system error, such as `ENOENT`; undefined for any other value. */
export function errorCode(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  return typeof code === 'string' ? code : undefined
}
