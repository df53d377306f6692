import type { AnyActorRef } from 'xstate'
import type { AttemptReport, Executor } from '../../ports/executor.ts'
import { demandExecutorUnderTest } from './read-executor-under-test.ts'
import { carryOut, type CarriedOut, ConformanceError, demand, quiet } from './carried-out.ts'

/** What the suite needs to know of an executor. Each kind of work is what `Attempt.work` will hold. */
export interface ExecutorUnderTest {
  readonly name: string
  /** Called once for every case. */
  readonly makeExecutor: () => Executor
  /** The parent of actors, for executors that spawn some. */
  readonly makeActor?: () => AnyActorRef
  readonly work: {
    readonly completes: (output: string) => unknown
    readonly fails: (message: string) => unknown
    /** Does not end by itself, but ends at once when it is told to. */
    readonly hangs: () => unknown
    /** Further ways in which work may break, by what it does: `throws at once`, `rejects`. */
    readonly breaks?: Readonly<Record<string, () => unknown>>
    /** Completes with `{ inputs, input, runId, taskId, attempt, attemptId }` as it was given them. */
    readonly tells?: () => unknown
    /** Does not end when it is told to; completes when `finish` is called. */
    readonly ignoresAbort?: () => { readonly work: unknown; readonly finish: () => void }
    /** Gives at least one heartbeat, line of output or word of progress, then completes. */
    readonly beats?: () => unknown
    /** Asks the question, and completes with the answer. */
    readonly asks?: (question: string) => unknown
  }
  /** How long a case waits for a report that must come. @default 5000 */
  readonly patienceMs?: number
  /** How long a case listens for reports that must not come. @default 0: some turns of the event loop */
  readonly quietMs?: number
}

export interface ConformanceCase {
  /** A sentence: what the executor does. */
  readonly name: string
  /** Rejects with a `ConformanceError` that says what was breached. */
  readonly run: () => Promise<void>
}

/**
 * The contract of the port `Executor` as cases for any test framework. Cases for kinds of work that are not given are
 * left out. Throws `CONFIG_INVALID` for anything but an `ExecutorUnderTest`, such as an executor itself.
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
  const { work } = tried
  const conformance: ConformanceCase[] = []
  const add = (name: string, run: (bench: Bench) => Promise<void>): void => {
    conformance.push({ name, run: () => run(benchFor(tried)) })
  }

  add('declares a capacity that is an integer of 1 or more, or none', async ({ executor: { capacity } }) => {
    const isSound =
      capacity === undefined || capacity === Infinity || (Number.isInteger(capacity) && capacity >= 1)
    demand(isSound, `the capacity is ${String(capacity)}`)
  })
  add('answers whether it accepts by yes or no, and changes nothing by it', async ({ executor }) => {
    if (executor.accepts === undefined) return
    const answers = [1, 2, 3].map(() => executor.accepts!(0, 'task', work.completes('x')))
    demand(typeof answers[0] === 'boolean', `it answered ${String(answers[0])}`)
    demand(new Set(answers).size === 1, 'the same question got different answers')
  })
  add(
    'tells that an attempt has started, then gives its output as the one last report',
    async ({ start }) => {
      const attempt = start(work.completes('the output'))
      demandCompleted(await attempt.last(), 'the output')
      await attempt.settled()
    },
  )
  add('tells the failure of work that fails', async ({ start }) => {
    const attempt = start(work.fails('it broke'))
    demandFailed(await attempt.last(), 'it broke')
    await attempt.settled()
  })
  for (const [what, broken] of Object.entries(work.breaks ?? {})) {
    add(`tells the failure of work that ${what}`, async ({ start }) => {
      const attempt = start(broken())
      demandFailed(await attempt.last(), '')
      await attempt.settled()
    })
  }
  add('carries out one attempt after the other', async ({ start }) => {
    for (let next = 0; next < 3; next++) {
      demandCompleted(await start(work.completes(`output ${next}`)).last(), `output ${next}`)
    }
  })
  add('does not mix attempts that are live at once', async ({ executor, start }) => {
    if (executor.capacity === 1) return
    const hanging = start(work.hangs())
    const failing = start(work.fails('only this one'))
    demandFailed(await failing.last(), 'only this one')
    demandCompleted(await start(work.completes('only that one')).last(), 'only that one')
    demand(!hanging.isOver, 'the end of one attempt ended another')
    await hanging.started()
    executor.abort(hanging.attemptId)
    await hanging.last()
    await Promise.all([hanging.settled(), failing.settled()])
  })
  addAborts(add, tried)
  if (work.tells !== undefined) {
    add('hands inputs, input and ids to the work', async ({ start }) => {
      const given = { inputs: { a: 'output of a', b: [1, null] }, input: { url: 'x' } }
      const attempt = start(work.tells!(), given)
      const { runId, taskId, attemptId } = attempt
      const expected = { ...given, runId, taskId, attempt: 1, attemptId }
      demandCompleted(await attempt.last(), expected)
    })
  }
  if (work.beats !== undefined) {
    add('tells signs of work between the start and the end', async ({ start }) => {
      const attempt = start(work.beats!())
      await attempt.last()
      const signs = attempt.reports.filter(({ type }) => isSign.has(type))
      demand(signs.length > 0, 'there was none')
      await attempt.settled()
    })
  }
  if (work.asks !== undefined) addQuestions(add, work.asks)
  return conformance
}

type Add = (name: string, run: (bench: Bench) => Promise<void>) => void

interface Bench {
  readonly executor: Executor
  readonly start: (
    work: unknown,
    given?: { readonly inputs: Readonly<Record<string, unknown>>; readonly input: unknown },
  ) => CarriedOut
  readonly quiet: () => Promise<void>
}

const isSign: ReadonlySet<string> = new Set(['attempt.heartbeat', 'attempt.output', 'attempt.progress'])

function addAborts(add: Add, { work }: ExecutorUnderTest): void {
  add('ends an attempt that is aborted, however often, with one last report', async ({ executor, start }) => {
    const attempt = start(work.hangs())
    await attempt.started()
    executor.abort(attempt.attemptId)
    executor.abort(attempt.attemptId)
    const { type } = await attempt.last()
    demand(type !== 'attempt.completed', 'work that hangs was told to have completed')
    executor.abort(attempt.attemptId)
    await attempt.settled()
  })
  add('ends an attempt that is aborted in the turn in which it was started', async ({ executor, start }) => {
    const attempt = start(work.hangs())
    executor.abort(attempt.attemptId)
    await attempt.last()
    await attempt.settled()
  })
  add(
    'passes over what it is asked of attempts that it does not know',
    async ({ executor, start, quiet: pass }) => {
      executor.abort('nobody/knows/1')
      executor.force?.('nobody/knows/1')
      executor.answer?.('nobody/knows/1', 'yes')
      const attempt = start(work.completes('still at work'))
      demandCompleted(await attempt.last(), 'still at work')
      await pass()
    },
  )
  add('says nothing more of an attempt that is over, whatever it is asked', async ({ executor, start }) => {
    for (const one of [work.completes('done'), work.fails('done')]) {
      const attempt = start(one)
      await attempt.last()
      executor.abort(attempt.attemptId)
      executor.force?.(attempt.attemptId)
      executor.answer?.(attempt.attemptId, 'yes')
      await attempt.settled()
    }
  })
  add('ends an attempt for certain when it is forced, if it can', async ({ executor, start }) => {
    if (executor.force === undefined) return
    const stubborn = work.ignoresAbort?.()
    const attempt = start(stubborn?.work ?? work.hangs())
    await attempt.started()
    executor.abort(attempt.attemptId)
    executor.force(attempt.attemptId)
    await attempt.last()
    await attempt.settled()
  })
  if (work.ignoresAbort === undefined) return
  add('tells one last report of work that ends late after it was aborted', async ({ executor, start }) => {
    const { work: stubborn, finish } = work.ignoresAbort!()
    const attempt = start(stubborn)
    await attempt.started()
    executor.abort(attempt.attemptId)
    finish()
    await attempt.last()
    await attempt.settled()
  })
}

function addQuestions(add: Add, asks: (question: string) => unknown): void {
  add(
    'gives an answer to the attempt that asked, and to no other',
    async ({ executor, start, quiet: pass }) => {
      if (executor.capacity === 1) return
      const attempts = [start(asks('first?')), start(asks('second?'))] as const
      for (const [index, question] of ['first?', 'second?'].entries()) {
        const asked = await attempts[index]!.next('attempt.asked')
        demand(asked.question === question, `it asked ${asked.question}`)
      }
      executor.answer?.(attempts[1].attemptId, 'for the second')
      demandCompleted(await attempts[1].last(), 'for the second')
      await pass()
      demand(!attempts[0].isOver, 'the answer to one attempt went to another')
      executor.answer?.(attempts[0].attemptId, 'for the first')
      demandCompleted(await attempts[0].last(), 'for the first')
      await Promise.all(attempts.map((attempt) => attempt.settled()))
    },
  )
  add('ends an attempt that is aborted while it asks', async ({ executor, start }) => {
    const attempt = start(asks('anybody?'))
    await attempt.next('attempt.asked')
    executor.abort(attempt.attemptId)
    await attempt.last()
    await attempt.settled()
  })
}

function benchFor({ makeExecutor, makeActor, patienceMs = 5_000, quietMs = 0 }: ExecutorUnderTest): Bench {
  const executor = makeExecutor()
  let count = 0
  const pass = (): Promise<void> => quiet(quietMs)
  return {
    executor,
    quiet: pass,
    start: (work, given = { inputs: {}, input: undefined }) => {
      const taskId = `task-${++count}`
      const key = { runId: 'run', taskId, attempt: 1 }
      // An executor that spawns no actors does not need it.
      const actor = makeActor?.() as AnyActorRef
      return carryOut(
        executor,
        { ...key, ...given, work, actor, note: passOver },
        { patienceMs, quiet: pass },
      )
    },
  }
}

function demandCompleted(last: AttemptReport, output: unknown): void {
  if (last.type !== 'attempt.completed')
    throw new ConformanceError(`the last report is ${JSON.stringify(last)}`)
  const [got, expected] = [JSON.stringify(last.output), JSON.stringify(output)]
  demand(got === expected, `the output is ${got}, not ${expected}`)
}

function demandFailed(last: AttemptReport, message: string): void {
  if (last.type !== 'attempt.failed') throw new ConformanceError(`the last report is ${JSON.stringify(last)}`)
  const { failure } = last
  demand(typeof failure.code === 'string' && failure.code !== '', 'the failure has no code')
  demand(typeof failure.message === 'string' && failure.message !== '', 'the failure has no message')
  demand(failure.message.includes(message), `the failure says '${failure.message}', not '${message}'`)
}

function passOver(): void {}
