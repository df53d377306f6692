import type { Arbitrary, AsyncCommand } from 'fast-check'
import type { ErrorCode } from '../../errors/dagmar-error.ts'
import { fc } from '../law/fast-check.ts'
import type { HandlerEnd, PlainRun } from './plain-run.ts'
import type { RealRun } from './real-run.ts'

export type RunCommand = AsyncCommand<PlainRun, RealRun>

const none = Number.POSITIVE_INFINITY

/** Places are drawn from these, and wrapped to the tasks or handlers there are. */
const anyPlace = (): Arbitrary<number> => fc.nat(11)

/** Everything that the handle of a run can be asked, that its handlers do, and that time does. */
export function anyRunCommand(): readonly Arbitrary<RunCommand>[] {
  const end = fc.record({
    at: anyPlace(),
    how: fc.constantFrom<HandlerEnd>('complete', 'complete', 'fail', 'fail', 'terminal', 'retry-after'),
  })
  const answer = fc.record({
    at: anyPlace(),
    answer: fc.constantFrom('retry', 'retry', 'skip', 'ignore', 'abort', 'perhaps', 'yes', 'yes', 'no'),
  })
  // Runs are to come far: handlers end more often than anything else happens, and a run that is over is opened again.
  return [
    ...often(8, end.map(endHandler)),
    anyPlace().map(endAbandoned),
    fc.record({ at: anyPlace(), withinMs: fc.constantFrom(none, none, 15, 60) }).map(ask),
    ...often(3, answer.map(answerTask)),
    anyPlace().map(killTask),
    fc.constantFrom('kill', 'drain').map(endRun),
    fc.constantFrom('pause', 'resume', 'resume').map(holdRun),
    ...often(2, fc.option(anyPlace(), { nil: undefined, freq: 2 }).map(redrive)),
    ...often(2, fc.constantFrom(1, 10, 40, 200).map(advance)),
    fc.constantFrom(undefined, 'pause' as const, 'resume' as const).map(subscribe),
    anyPlace().map((at) => command(`unsubscribe ${at}`, () => asks((real) => real.unsubscribe(at)))),
  ]
}

function often<Value>(times: number, one: Arbitrary<Value>): readonly Arbitrary<Value>[] {
  return Array.from({ length: times }, () => one)
}

/** What a command comes to, for a model that has taken it already. */
interface Step {
  readonly real: (real: RealRun) => unknown
  /** How the handle refuses it. */
  readonly refused: ErrorCode | undefined
}

function asks(real: Step['real'], refused?: ErrorCode): Step {
  return { real, refused }
}

/** Does the same to model and run, and compares them. */
function command(
  words: string,
  take: (model: PlainRun) => Step,
  isPossible: (model: PlainRun) => boolean = () => true,
): RunCommand {
  return {
    check: isPossible,
    run: async (model, real) => {
      const step = take(model)
      const refused = await real.ask(() => step.real(real))
      if (refused !== step.refused) {
        throw new Error(
          `${words}: ${refused ?? 'not refused'}, the model says ${step.refused ?? 'not refused'}`,
        )
      }
      await real.compare(model, words)
    },
    toString: () => words,
  }
}

function endHandler({ at, how }: { readonly at: number; readonly how: HandlerEnd }): RunCommand {
  return command(
    `handler ${at} ends (${how})`,
    (model) => {
      const task = model.live[at % model.live.length]!
      const handler = `${task.id}/${task.attempt}`
      model.endHandler(task, how)
      return asks((real) => real.endHandler(handler, how))
    },
    (model) => model.live.length > 0,
  )
}

/** What an attempt tells that was given up is told by nobody: nothing changes. */
function endAbandoned(at: number): RunCommand {
  return command(
    `abandoned handler ${at} ends`,
    (model) => {
      const [handler] = model.abandoned.splice(at % model.abandoned.length, 1)
      return asks((real) => real.endHandler(handler!, 'complete'))
    },
    (model) => model.abandoned.length > 0,
  )
}

function ask({ at, withinMs }: { readonly at: number; readonly withinMs: number }): RunCommand {
  return command(
    `handler ${at} asks${withinMs === none ? '' : ` for ${withinMs} ms`}`,
    (model) => {
      const task = model.live[at % model.live.length]!
      const handler = `${task.id}/${task.attempt}`
      model.ask(task, withinMs)
      return asks((real) => real.askFrom(handler, withinMs))
    },
    (model) => model.live.length > 0,
  )
}

function answerTask({ at, answer }: { readonly at: number; readonly answer: string }): RunCommand {
  return command(`answer ${at}: ${answer}`, (model) => {
    // Mostly those that ask; now and then anybody, which is refused.
    const asking = at % 3 === 2 ? [] : model.tasks.filter(({ questions }) => questions > 0)
    const task = asking[at % asking.length] ?? model.taskAt(at)
    return asks(({ handle }) => handle.answer(task.id, answer), model.answer(task, answer))
  })
}

function killTask(at: number): RunCommand {
  return command(`kill task ${at}`, (model) => {
    const task = model.taskAt(at)
    model.killTask(task)
    return asks(({ handle }) => void handle.kill(task.id))
  })
}

function endRun(how: 'kill' | 'drain'): RunCommand {
  return command(`${how} the run`, (model) => {
    model[how]()
    return asks(({ handle }) => void handle[how]())
  })
}

function holdRun(how: 'pause' | 'resume'): RunCommand {
  return command(how, (model) => {
    model[how]()
    return asks(({ handle }) => handle[how]())
  })
}

/** Another observer of everything; or one that holds the run, or lets it go on, while it is told what has been. */
function subscribe(how: 'pause' | 'resume' | undefined): RunCommand {
  return command(how === undefined ? 'subscribe' : `subscribe, and ${how} from inside`, (model) => {
    if (how !== undefined) model[how]()
    return asks((real) => real.subscribe(how))
  })
}

function redrive(at: number | undefined): RunCommand {
  return command(at === undefined ? 'redrive' : `redrive task ${at}`, (model) => {
    const task = at === undefined ? undefined : model.taskAt(at)
    const refused = model.redrive(task)
    return asks(({ handle }) => void handle.redrive(task?.id), refused)
  })
}

function advance(ms: number): RunCommand {
  return command(`${ms} ms pass`, (model) => {
    model.advance(ms)
    return asks((real) => real.advance(ms))
  })
}
