import type { Arbitrary } from 'fast-check'
import { type RuleName, ruleNames } from '../../graph/rules.ts'
import type { OnFailure } from '../../../machines/outcome.ts'
import type { TaskOptions } from '../../graph/options.ts'
import type { Plan } from '../../graph/plan.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'
import { ms } from '../any/any-pace.ts'
import { anyPlan } from '../any/any-dag.ts'
import { fc } from '../law/fast-check.ts'
import { PlainRun } from './plain-run.ts'
import { RealRun } from './real-run.ts'
import { anyRunCommand, type RunCommand } from './run-commands.ts'

/** A small dag, and what a run of it is asked, one thing after the other. */
export interface HandleCase {
  readonly plan: Plan
  readonly concurrency: number
  readonly commands: Iterable<RunCommand>
}

export interface AnyHandleCaseOptions {
  /** @default 5 */
  readonly maxTasks?: number
  /** @default 40 */
  readonly maxCommands?: number
  /** Where a case failed, fast-check prints it beside the commands: with it and the seed, they are the same again. */
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

/** The options that the model knows of. */
function anyModelledOptions(): Arbitrary<TaskOptions> {
  return fc.record({
    when: fc.constantFrom<RuleName>('all-completed', 'all-completed', ...ruleNames),
    onFailure: fc.constantFrom<OnFailure>('skip', 'skip', 'ignore', 'ask', 'ask', 'abort'),
    retry: fc.record({
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      backoff: fc.record({ base: ms(0, 10, 30), factor: ms(1, 2), cap: ms(40, 1_000), jitter: ms(0) }),
    }),
    timeout: ms(none, none, 25, 90),
    killGrace: ms(20, 50),
    priority: ms(0, 50),
  })
}

/**
 * Holds the handle of a run against a plain model of it: every command of the case is given to both, and after each of
 * them the run must stand as the model says, task by task, refuse what the model refuses, keep the guarantees, and have
 * told all observers the same. In the end every handler ends, and the run must settle. Throws at the first difference.
 *
 * `options` go to `createRuntime`: so the same model holds for another store, or the interpreted machines.
 */
export async function runModelCommands(
  { plan, concurrency, commands }: HandleCase,
  options: Omit<RuntimeOptions, 'clock' | 'concurrency'> = {},
): Promise<void> {
  const model = new PlainRun(plan, concurrency, startAt)
  const real = new RealRun(plan, concurrency, { startAt, options })
  model.start()
  await real.compare(model, 'start')
  await fc.asyncModelRun(() => ({ model, real }), commands)
  await windUp(model, real)
}

/** Lets the run come to its end: nothing holds it, and everything ends. */
async function windUp(model: PlainRun, real: RealRun): Promise<void> {
  model.resume()
  real.handle.resume()
  await real.compare(model, 'the last resume')
  for (let round = 0; !model.isSettled; round++) {
    if (round > 1_000) throw new Error('The model does not settle.')
    const [live] = model.live
    const asking = model.tasks.find(({ waitingFor }) => waitingFor === 'answer')
    if (live !== undefined) {
      const handler = `${live.id}/${live.attempt}`
      model.endHandler(live, 'complete')
      real.endHandler(handler, 'complete')
    } else if (asking === undefined) {
      model.advance(1_000)
      await real.advance(1_000)
    } else {
      model.answer(asking, 'skip')
      real.handle.answer(asking.id, 'skip')
    }
    await real.compare(model, 'winding up')
  }
  const { status } = await real.handle.result
  if (status !== model.status) throw new Error(`The result is ${status}, the model has ${model.status}`)
}
