import type { TaskId } from '../../../machines/outcome.ts'
import { buffered } from '../../events/buffered.ts'
import { type AskedBy, isRunFact, type RunFact } from '../../events/facts.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { Clock } from '../../time/clock.ts'
import { kill, type Stage } from './stage.ts'

/** After so many retries of a task that has failed nobody answers `retry` any more. */
const mostRetries = 3

/** How long the observer `slow` takes over a fact. */
const slowMs = 40

/** Where the observer `kills` does so. */
const killedAtSeq = 12

/** A run that is played, and what is seen of it. */
export interface Watched {
  readonly handle: RunHandle
  readonly facts: RunFact[]
  readonly lateFacts: RunFact[]
  result: RunResult | undefined
  isStuck: boolean
  wasEnded: boolean
}

/** Puts the observers in their places, the people who answer, and the commands that come at their instants. */
export function watch(handle: RunHandle, stage: Stage): Watched {
  const { circumstances, clock, marks, plan } = stage
  const watched: Watched = {
    handle,
    facts: [],
    lateFacts: [],
    result: undefined,
    isStuck: false,
    wasEnded: false,
  }
  const retried = new Map(circumstances.retried)
  handle.events$.subscribe((fact) => {
    marks.push(fact)
    if (isRunFact(fact)) watched.facts.push(fact)
    if (fact.type !== 'task.asked') return
    const place = plan.indexOf(fact.taskId)!
    const { taskId, of } = fact
    const said = circumstances.answers[place % circumstances.answers.length]!
    const isRetry = of === 'failure' && said === 'retry'
    const times = retried.get(taskId) ?? 0
    if (isRetry) retried.set(taskId, times + 1)
    // Who answers `retry` for ever keeps the run going for ever.
    const decision = isRetry && times >= mostRetries ? 'skip' : said
    const { confirms } = circumstances
    const answer = of === 'confirm' ? confirms[place % confirms.length]! : decision
    const wait = circumstances.answerAfter[place % circumstances.answerAfter.length]!
    clock.setTimeout(() => answerIfAsked(handle, { taskId, of }, answer), wait)
  })
  if (circumstances.observer === 'kills') {
    handle.events$.subscribe((fact) => {
      if ('seq' in fact && fact.seq === killedAtSeq) kill(handle, marks)
    })
  }
  if (circumstances.observer === 'slow') void observeSlowly(handle, clock)
  if (circumstances.observer === 'throws') {
    handle.events$.subscribe((fact) => {
      if ('seq' in fact && fact.seq % 3 === 0) throw new Error('this observer is broken')
    })
  }
  const listenLate = (): void => {
    handle.events({ from: 1 }).subscribe((fact) => {
      if (isRunFact(fact)) watched.lateFacts.push(fact)
    })
  }
  if (circumstances.observer === 'late') clock.setTimeout(listenLate, 40)
  else listenLate()
  void keepResult(watched, handle.result)
  schedule(handle, stage)
  return watched
}

/** An observer that takes its time over each fact, through a buffer that is soon full. */
async function observeSlowly(handle: RunHandle, clock: Clock): Promise<void> {
  for await (const _ of buffered(handle.events({ until: 'settled' }), { size: 4 })) {
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, slowMs)
    })
  }
}

/** Notes the result when it comes. */
export async function keepResult(run: Watched, result: Promise<RunResult>): Promise<void> {
  run.result = await result
}

function answerIfAsked(
  handle: RunHandle,
  { taskId, of }: { readonly taskId: TaskId; readonly of: AskedBy },
  answer: string,
): void {
  const waits = handle.why(taskId).waitsFor.some((one) => one.kind === 'answer' && one.of === of)
  if (waits) handle.answer(taskId, answer)
}

function schedule(handle: RunHandle, { circumstances, clock, marks, plan }: Stage): void {
  for (const command of circumstances.commands) {
    clock.setTimeout(() => {
      switch (command.do) {
        case 'pause':
          return handle.pause()
        case 'resume':
          return handle.resume()
        case 'kill':
          return kill(handle, marks)
        case 'drain':
          return void handle.drain()
        case 'kill-task':
          return kill(handle, marks, plan.tasks[command.task]!.id)
      }
    }, command.at)
  }
}
