import { type Attempt, attemptIdOf, type AttemptReport, type Executor, type Report } from 'dagmar'

/** An executor that is played by hand: it does nothing by itself and keeps what it was asked. */
export interface Desk extends Executor {
  /** What it was asked, in order: `start a/1`, `abort a/1`, `force a/1`, `answer a/1 yes`. */
  readonly asked: readonly string[]
  /** The ids of the tasks whose attempts it was asked to start, in order. */
  readonly started: readonly string[]
  /** What it was given for the attempt. */
  attempt(name: string): Attempt
  /** Reports of an attempt, by `task/number`. */
  say(name: string, said: AttemptReport): void
  begins(name: string): void
  completes(name: string, output?: unknown): void
  fails(name: string, message?: string): void
  ends(name: string): void
}

export interface DeskOptions extends Partial<Executor> {
  /** Reports `attempt.started` as soon as it is asked. @default true */
  readonly begins?: boolean
  /** @default true */
  readonly canForce?: boolean
}

export function desk({ begins = true, canForce = true, ...executor }: DeskOptions = {}): Desk {
  const asked: string[] = []
  const reports = new Map<string, { readonly attempt: Attempt; readonly report: Report }>()
  const nameOf = (attemptId: string): string => attemptId.split('/').slice(-2).join('/')
  const say = (name: string, said: AttemptReport): void => {
    const known = reports.get(name)
    if (known === undefined) throw new Error(`Nobody asked to start ${name}; asked were ${asked.join(', ')}.`)
    known.report(said)
  }
  return {
    asked,
    get started() {
      return asked.filter((one) => one.startsWith('start ')).map((one) => one.slice(6).split('/')[0]!)
    },
    attempt: (name) => reports.get(name)!.attempt,
    start(attempt, report) {
      const name = nameOf(attemptIdOf(attempt))
      asked.push(`start ${name}`)
      reports.set(name, { attempt, report })
      if (begins) report({ type: 'attempt.started' })
    },
    abort(attemptId) {
      asked.push(`abort ${nameOf(attemptId)}`)
    },
    ...(canForce
      ? {
          force(attemptId: string) {
            asked.push(`force ${nameOf(attemptId)}`)
          },
        }
      : {}),
    answer(attemptId, answer) {
      asked.push(`answer ${nameOf(attemptId)} ${String(answer)}`)
    },
    say,
    begins: (name) => say(name, { type: 'attempt.started' }),
    completes: (name, output) => say(name, { type: 'attempt.completed', output }),
    fails: (name, message = 'it broke') =>
      say(name, { type: 'attempt.failed', failure: { code: 'BROKEN', message } }),
    ends: (name) => say(name, { type: 'attempt.ended' }),
    ...executor,
  }
}
