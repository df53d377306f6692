import type { Subscription } from 'rxjs'
import { RetryAfterError, TerminalError } from '../../errors/attempt-errors.ts'
import { DagmarError, type ErrorCode } from '../../errors/dagmar-error.ts'
import { isRunFact, type RunFact } from '../../events/facts.ts'
import type { HandlerContext } from '../../graph/handler.ts'
import type { Plan } from '../../graph/plan.ts'
import { createRuntime } from '../../runtime/create-runtime.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { promisesSettled, SimulatedClock } from '../../time/simulated-clock.ts'
import { checkInvariants } from '../invariants/check-invariants.ts'
import { storyOf } from '../facts/story.ts'
import { type HandlerEnd, type PlainRun, retryAfterMs } from './plain-run.ts'

interface Handler {
  readonly context: HandlerContext
  readonly end: (how: HandlerEnd) => void
}

interface Subscriber {
  readonly facts: RunFact[]
  readonly subscription: Subscription
}

/** A run of the real runtime whose handlers do what they are told, on a clock that stands still until it is moved. */
export class RealRun {
  readonly handle: RunHandle
  readonly #clock: SimulatedClock
  readonly #plan: Plan
  readonly #concurrency: number
  readonly #handlers = new Map<string, Handler>()
  readonly #facts: RunFact[] = []
  readonly #subscribers: Subscriber[] = []

  constructor(
    plan: Plan,
    concurrency: number,
    given: { readonly startAt: number; readonly options: Omit<RuntimeOptions, 'clock' | 'concurrency'> },
  ) {
    this.#clock = new SimulatedClock(given.startAt)
    this.#plan = plan
    this.#concurrency = concurrency
    const runtime = createRuntime({ ...given.options, clock: this.#clock, concurrency })
    const work = (context: HandlerContext): Promise<unknown> => this.#begin(context)
    this.handle = runtime.dispatch({ ...plan, tasks: plan.tasks.map((task) => ({ ...task, work })) })
    this.handle.events$.subscribe((fact) => {
      if (isRunFact(fact)) this.#facts.push(fact)
    })
  }

  /** Does it; gives the code of the error that it is refused with. */
  async ask(act: () => unknown): Promise<ErrorCode | undefined> {
    try {
      await act()
      return undefined
    } catch (thrown) {
      if (thrown instanceof DagmarError) return thrown.code
      throw thrown
    }
  }

  /** `handler` is the task's id and the number of the attempt. */
  endHandler(handler: string, how: HandlerEnd): void {
    this.#handlerOf(handler).end(how)
  }

  askFrom(handler: string, answerWithin: number): void {
    void this.#handlerOf(handler).context.ask('well?', { answerWithin })
  }

  async advance(ms: number): Promise<void> {
    await this.#clock.advanceAsync(ms)
  }

  /** Another observer, of everything from the beginning on. With `how` it does that at the first fact it is told. */
  subscribe(how: 'pause' | 'resume' | undefined): void {
    const facts: RunFact[] = []
    const subscription = this.handle.events().subscribe((fact) => {
      if (!isRunFact(fact)) return
      facts.push(fact)
      if (how !== undefined && facts.length === 1) this.handle[how]()
    })
    this.#subscribers.push({ facts, subscription })
  }

  unsubscribe(at: number): void {
    const [gone] = this.#subscribers.splice(at % Math.max(1, this.#subscribers.length), 1)
    gone?.subscription.unsubscribe()
  }

  /** Throws where the run does not stand as the model says, has broken a guarantee, or told observers different things. */
  async compare(model: PlainRun, words: string): Promise<void> {
    await promisesSettled()
    const [real, expected] = [standingOf(this.handle), modelStandingOf(model)]
    const at = expected.findIndex((line, index) => line !== real[index])
    if (at !== -1) {
      const task = at === 0 ? undefined : model.tasks[at - 1]!.id
      const story = storyOf(this.#facts, task).map((line) => `  ${line}`)
      throw new Error(
        `After '${words}' there is ${real[at]}, the model has ${expected[at]}\n${story.join('\n')}`,
      )
    }
    const [breach] = checkInvariants(this.#facts, this.#plan, {
      concurrency: this.#concurrency,
      ended: model.isSettled,
    })
    if (breach !== undefined) {
      throw new Error(
        `After '${words}' guarantee ${breach.guarantee} is broken: ${breach.message}\n${breach.story}`,
      )
    }
    for (const { facts } of this.#subscribers) {
      if (
        facts.length !== this.#facts.length ||
        facts.some((fact, index) => !isSame(fact, this.#facts[index]))
      )
        throw new Error(`After '${words}' an observer has ${facts.length} of ${this.#facts.length} facts`)
    }
  }

  #begin(context: HandlerContext): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = (how: HandlerEnd): void => {
        if (how === 'complete') resolve(context.taskId)
        else if (how === 'fail') reject(new Error('the handler failed'))
        else if (how === 'terminal') reject(new TerminalError('the handler failed for good'))
        else reject(new RetryAfterError(retryAfterMs))
      }
      this.#handlers.set(`${context.taskId}/${context.attempt}`, { context, end })
    })
  }

  #handlerOf(handler: string): Handler {
    const found = this.#handlers.get(handler)
    if (found === undefined)
      throw new Error(`The handler ${handler} has not begun, and the model says it has`)
    return found
  }
}

/** How run and tasks stand, a line each. */
function standingOf(handle: RunHandle): readonly string[] {
  const view = handle.view()
  const tasks = [...view.tasks.values()].map(({ id, status, attempt, attemptsUsed, questions, outcome }) =>
    line(id, status, attempt, attemptsUsed, questions.length, outcome),
  )
  return [`the run ${view.status}`, ...tasks]
}

function modelStandingOf({ status, tasks }: PlainRun): readonly string[] {
  return [
    `the run ${status}`,
    ...tasks.map((task) => line(task.id, task.status, task.attempt, task.used, task.questions, task.outcome)),
  ]
}

function line(
  id: string,
  status: string,
  attempt: number,
  used: number,
  questions: number,
  outcome: PlainRun['tasks'][number]['outcome'],
): string {
  const about = [
    `attempt ${attempt}`,
    `${used} used`,
    ...(questions === 0 ? [] : [`${questions} questions`]),
    ...(outcome?.status === 'skipped' ? [`${outcome.because} of ${outcome.causedBy ?? 'nobody'}`] : []),
    ...(outcome?.status === 'failed' && outcome.ignored ? ['ignored'] : []),
    ...(outcome?.status === 'failed' && outcome.deadLettered ? ['dead letter'] : []),
    ...(outcome !== undefined && 'abandoned' in outcome && outcome.abandoned ? ['abandoned'] : []),
  ]
  return `${id} ${status} (${about.join(', ')})`
}

/** A fact that is replayed may be another object than the one that was told. */
function isSame(one: RunFact, other: RunFact | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
