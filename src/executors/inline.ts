import type { DispatchOptions } from '../graph/dispatch-options.ts'
import type { AskOptions, Handler, HandlerContext } from '../graph/handler.ts'
import type { AnyDag, Plan } from '../graph/plan.ts'
import { badValue, readGiven, readTimeout } from '../graph/read-values.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { Attempt, AttemptReport, Executor, Report } from '../ports/executor.ts'
import { attemptIdOf, inputsOf } from './attempt.ts'
import { foreign } from './foreign-call.ts'
import { type LiveAttempt, LiveAttempts } from './live-attempts.ts'
import { readCapacity } from './read-capacity.ts'
import { toFailure } from './to-failure.ts'
import { readSessionId } from './session-id.ts'
import { readUsage } from './usage.ts'
import { warnOfChanges } from './written-json.ts'

export interface InlineExecutorOptions {
  /** How many attempts it carries at once. Integer ≥ 1. @default unlimited */
  readonly capacity?: number
}

/** Node would warn of more than ten listeners. Its own module without an import: nothing of Node has to be there. */
function withManyListeners(signal: AbortSignal): void {
  globalThis.process?.getBuiltinModule?.('node:events').setMaxListeners(0, signal)
}

/**
 * The executor for handlers, which run in this process. They cannot be forced to end: one that ignores its `signal`
 * past the kill grace is abandoned.
 */
export function inlineExecutor(options: InlineExecutorOptions = {}): Executor {
  readCapacity(options, 'inlineExecutor.options')
  const live = new LiveAttempts<InlineAttempt>()
  return {
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    start(attempt, report) {
      const context = new InlineAttempt(live, attempt, report)
      live.add(context)
      report(started)
      try {
        const returned = foreign.call(attempt.work as Handler<unknown, unknown, unknown>, context)
        if (foreign.isThenable(returned)) {
          // Bound functions are half the size of closures.
          foreign.invoke(returned, 'then', complete.bind(context), fail.bind(context))
        } else complete.call(context, returned)
      } catch (thrown) {
        fail.call(context, thrown)
      }
    },
    abort(attemptId) {
      const context = live.get(attemptId)
      if (context === undefined) return
      // First, since what it calls may end it.
      live.unlist(context)
      context.abort()
    },
    answer(attemptId, answer) {
      live.get(attemptId)?.answer(answer)
    },
    expire(attemptId, place) {
      live.get(attemptId)?.expire(place)
    },
  }
}

const started: AttemptReport = { type: 'attempt.started' }
const beat: AttemptReport = { type: 'attempt.heartbeat' }

// A foreign thenable may settle more than once. The first time counts.
function complete(this: InlineAttempt, output: unknown): void {
  if (this.live.delete(this)) this.report({ type: 'attempt.completed', output })
}

function fail(this: InlineAttempt, thrown: unknown): void {
  if (!this.live.delete(this)) return
  // The handler threw the reason of its signal, so it ended as it was told to. Any other error is a failure of its own.
  if (this.isReason(thrown)) this.report({ type: 'attempt.ended' })
  else this.report({ type: 'attempt.failed', failure: toFailure(thrown) })
}

interface Question {
  readonly question: string
  readonly defaultAnswer: unknown
  readonly resolve: (answer: unknown) => void
  readonly reject: (reason: unknown) => void
}

const askReaders = {
  answerWithin: (value: unknown, path: string) => readTimeout(value, path),
  defaultAnswer: (value: unknown) => value,
}

/** An attempt as its handler sees it. Parts that many handlers never use are made on first use. */
class InlineAttempt implements HandlerContext, LiveAttempt<InlineAttempt> {
  before: InlineAttempt | undefined
  after: InlineAttempt | undefined
  isLive = false
  readonly live: LiveAttempts<InlineAttempt>
  readonly report: Report
  readonly #attempt: Attempt
  #inputs: Readonly<Record<string, unknown>> | undefined
  #controller: AbortController | undefined
  #aborted = false
  #reason: DOMException | undefined
  #questions: Question[] | undefined

  constructor(live: LiveAttempts<InlineAttempt>, attempt: Attempt, report: Report) {
    this.live = live
    this.#attempt = attempt
    this.report = report
  }

  get inputs(): Readonly<Record<string, unknown>> {
    if (this.#inputs === undefined) {
      this.#inputs = inputsOf(this.#attempt)
      warnOfChanges(this.#inputs, this.report)
    }
    return this.#inputs
  }

  get input(): unknown {
    return this.#attempt.input
  }

  get runId(): string {
    return this.#attempt.runId
  }

  get taskId(): string {
    return this.#attempt.taskId
  }

  get attempt(): number {
    return this.#attempt.attempt
  }

  get attemptId(): string {
    return attemptIdOf(this.#attempt)
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      // A handler may hand it to as many calls as it likes.
      withManyListeners(this.#controller.signal)
      if (this.#aborted) this.#controller.abort(this.#givenReason())
    }
    return this.#controller.signal
  }

  // Bound, so that a handler can take them out of its context: `async ({ heartbeat }) => …`.
  get heartbeat(): () => void {
    return () => this.report(beat)
  }

  get progress(): (percent: number, message?: string) => void {
    return (percent, message) =>
      this.report({
        type: 'attempt.progress',
        percent,
        ...(message === undefined ? {} : { message }),
      })
  }

  get log(): (text: string) => void {
    return (text) => this.report({ type: 'attempt.output', text, stream: 'log' })
  }

  get agent(): string | undefined {
    return this.#attempt.agent
  }

  get claim(): HandlerContext['claim'] {
    return this.#attempt.claim
  }

  get session(): string | undefined {
    return this.#attempt.session
  }

  get keepSession(): HandlerContext['keepSession'] {
    return (session) => this.report({ type: 'attempt.session', session: readSessionId(session) })
  }

  get model(): string | undefined {
    return this.#attempt.model
  }

  get usage(): HandlerContext['usage'] {
    return (usage) => this.report({ type: 'attempt.usage', usage: readUsage(usage) })
  }

  get warn(): (message: string) => void {
    return (message) => this.report({ type: 'attempt.warned', message })
  }

  get ask(): HandlerContext['ask'] {
    return (question, options) => this.#ask(question, options)
  }

  #ask(question: string, options: AskOptions = {}): Promise<unknown> {
    const answered = new Promise<unknown>((resolve, reject) => {
      if (this.#aborted) {
        reject(this.#givenReason())
        return
      }
      const { answerWithin, defaultAnswer } = readGiven(options, askReaders, "ask's options object")
      this.#questions ??= []
      this.#questions.push({ question, defaultAnswer, resolve, reject })
      this.report({
        type: 'attempt.asked',
        question,
        ...(answerWithin === undefined ? {} : { answerWithinMs: answerWithin }),
        ...(defaultAnswer === undefined ? {} : { defaultAnswer }),
      })
    })
    // If the handler does not wait for the answer, its rejection must not end the process when the attempt is ended.
    answered.catch(() => undefined)
    return answered
  }

  get run(): HandlerContext['run'] {
    const { origin } = this.#attempt
    return ((source: AnyDag | Plan, options?: DispatchOptions) => {
      if (origin?.run !== undefined) return origin.run(this.signal, source, options)
      throw badValue('The attempt', this.#attempt, 'one that a runtime has made, to run a dag within')
    }) as HandlerContext['run']
  }

  answer(answer: unknown): void {
    this.#questions?.shift()?.resolve(answer)
  }

  /** Nobody has answered in time. */
  expire(place: number): void {
    const [late] = this.#questions?.splice(place, 1) ?? []
    if (late === undefined) return
    const { question, defaultAnswer } = late
    if (defaultAnswer !== undefined) late.resolve(defaultAnswer)
    else late.reject(unanswered(question))
  }

  abort(): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#controller?.abort(this.#givenReason())
    for (const { reject } of this.#questions ?? []) reject(this.#givenReason())
    this.#questions = undefined
  }

  /** True for the reason that the signal was aborted with. */
  isReason(thrown: unknown): boolean {
    return this.#reason !== undefined && this.#reason === thrown
  }

  #givenReason(): DOMException {
    this.#reason ??= withoutStack(
      () => new DOMException(`The attempt ${this.attemptId} is being ended.`, 'AbortError'),
    )
    return this.#reason
  }
}

function unanswered(question: string): DagmarError {
  return new DagmarError('ANSWER_EXPIRED', { message: `Nobody answered in time: ${question}` })
}

/** To look at the stack takes as long as all else that a kill does, and it would show nothing but dagmar. */
function withoutStack<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error
  // Where Error is frozen, nothing happens.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return make()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}
