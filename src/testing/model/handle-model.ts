import type { Arbitrary } from 'fast-check'
import { type RuleName, ruleNames } from '../../graph/rules.ts'
import type { OnFailure } from '../../../machines/outcome.ts'
import type { TaskOptions } from '../../graph/options.ts'
import type { Plan } from '../../graph/plan.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'
import { searchLoaded } from '../../runtime/run/rank-of.ts'
import { ms } from '../any/any-pace.ts'
import { anyQuestionOptions, questionOptionsOf } from '../any/any-question-options.ts'
import { anyPlan } from '../any/any-dag.ts'
import { fc } from '../law/fast-check.ts'
import { PlainRun } from './plain-run.ts'
import { RealRun } from './real-run.ts'
import { anyRunCommand, type RunCommand } from './run-commands.ts'

/** A small dag, and the commands that a run of it gets, one after the other. */
export interface HandleCase {
  readonly plan: Plan
  readonly concurrency: number
  readonly commands: Iterable<HandleCommand>
}

/** One command of a case of `anyHandleCase`, for `runModelCommands`. */
export interface HandleCommand {
  /** What it does, in words. */
  toString(): string
}

export interface AnyHandleCaseOptions {
  /** @default 5 */
  readonly maxTasks?: number
  /** @default 40 */
  readonly maxCommands?: number
  /** fast-check prints it with the commands of a failed case. With it and the seed, the commands are the same again. */
  readonly replayPath?: string
}

const startAt = 1_000
const none = Number.POSITIVE_INFINITY

/**
 * Cases for `runModelCommands`: handlers that end, fail and ask, kills, pauses, drains, answers, redrives, observers and
 * time, in any order.
 */
export function anyHandleCase(options: AnyHandleCaseOptions = {}): Arbitrary<HandleCase> {
  const { maxTasks = 5, maxCommands = 40, replayPath } = options
  return fc.record({
    plan: anyPlan({ maxTasks, taskOptions: anyModelledOptions() }),
    concurrency: ms(1, 2, 3),
    commands: fc.commands([...anyRunCommand()], {
      maxCommands,
      size: 'max',
      ...(replayPath === undefined ? {} : { replayPath }),
    }),
  })
}

/** Random options out of those that the model knows. */
function anyModelledOptions(): Arbitrary<TaskOptions> {
  return fc
    .record({
      when: fc.constantFrom<RuleName>('all-completed', 'all-completed', ...ruleNames),
      teardown: fc.constantFrom(false, false, true),
      onFailure: fc.constantFrom<OnFailure>('skip', 'skip', 'ignore', 'ask', 'ask', 'abort'),
      retry: fc.record({
        maxAttempts: fc.integer({ min: 1, max: 3 }),
        backoff: fc.record({ base: ms(0, 10, 30), factor: ms(1, 2), cap: ms(40, 1_000), jitter: ms(0) }),
      }),
      timeout: ms(none, none, 25, 90),
      killGrace: ms(20, 50),
      priority: ms(0, 50),
      asked: anyQuestionOptions(),
    })
    .map(({ asked, ...options }) => ({ ...options, ...questionOptionsOf(asked, options.onFailure) }))
}

/**
 * Compares the handle of a run with a plain model of it. Both get every command of the case. After each one, every task
 * must be as the model says, the handle must have refused what the model refuses, the guarantees must hold, and all
 * observers must have been told the same. In the end every handler ends, and the run must settle. Throws at the first
 * difference.
 *
 * `options` go to `createRuntime`, so that another store, or the interpreted machines, can be compared with the same
 * model.
 */
export async function runModelCommands(
  { plan, concurrency, commands }: HandleCase,
  options: Omit<RuntimeOptions, 'clock' | 'concurrency'> = {},
): Promise<void> {
  const model = new PlainRun(plan, concurrency, startAt)
  await searchLoaded(plan)
  const real = new RealRun(plan, concurrency, { startAt, options })
  model.start()
  await real.compare(model, 'start')
  await fc.asyncModelRun(() => ({ model, real }), commands as Iterable<RunCommand>)
  await windUp(model, real)
}

/** Lets the run end: it is resumed, and every handler ends. */
async function windUp(model: PlainRun, real: RealRun): Promise<void> {
  model.resume()
  real.handle.resume()
  await real.compare(model, 'the last resume')
  for (let round = 0; !model.isSettled; round++) {
    if (round > 1_000) throw new Error('The model does not settle.')
    const [live] = model.live
    const asking = model.tasks.find(({ waitingFor }) => waitingFor === 'answer' || waitingFor === 'confirm')
    if (live !== undefined) {
      const handler = `${live.id}/${live.attempt}`
      model.endHandler(live, 'complete')
      real.endHandler(handler, 'complete')
    } else if (asking === undefined) {
      model.advance(1_000)
      await real.advance(1_000)
    } else {
      const answer = asking.waitingFor === 'confirm' ? 'yes' : 'skip'
      model.answer(asking, answer)
      real.handle.answer(asking.id, answer)
    }
    await real.compare(model, 'winding up')
  }
  const { status } = await real.handle.result
  if (status !== model.status) throw new Error(`The result is ${status}, the model has ${model.status}`)
}
