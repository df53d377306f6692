import type { ProcessExecutor } from '../../executors/process/process-executor.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { Plan } from '../../graph/plan.ts'
import { createRuntime } from '../../runtime/create-runtime.ts'
import { shownText } from '../../text/shown-text.ts'
import { captureWrites } from '../screen/captured-writes.ts'
import { isReaderGone } from '../screen/reader-gone.ts'
import { streamScreen } from '../screen/stream-screen.ts'
import type { AnswersAhead } from '../../plan-file/answers-ahead.ts'
import { agentsFor } from './agents-for.ts'
import { type DisplayChoice, loadDisplay } from './choose-display.ts'
import { terminalKeyboard } from './keyboard.ts'
import type { InspectedRun } from './inspect-run.ts'
import { keepTimes, timesOfLastRun } from './last-run.ts'
import { type Report, writeReports } from './reports.ts'
import type { PlanAgent } from '../../plan-file/agents-of.ts'
import type { Notification } from '../../plan-file/notification.ts'
import { systemClock } from '../../time/clock.ts'
import { showRun } from './show-run.ts'
import { endBySignals, onEndingSignals, onSuspension, type Signals } from './signals.ts'

export interface RunPlanOptions extends DisplayChoice {
  readonly input: unknown
  readonly answersAhead: AnswersAhead | undefined
  readonly concurrency: number
  readonly processes: ProcessExecutor
  /** Sentences to begin with. */
  readonly notes: readonly string[]
  /** True when somebody at stdin can be asked. */
  readonly isAttended: boolean
  /** Undefined where no page shows the run. */
  readonly inspected: InspectedRun | undefined
  /** The file of the plan, by which its last run is known. Undefined for stdin. */
  readonly planPath: string | undefined
  /** Its handlers run in this process, and may write to stdout. */
  readonly isModule: boolean
  /** Who may do the tasks that ask for an agent. */
  readonly agents: readonly PlanAgent[]
  /** Who is told of it. */
  readonly notify: readonly Notification[]
  /** Files that say at the end how the run went. */
  readonly reports: readonly Report[]
}

function exitCodeOf({ status }: RunResult, { exitCode }: Signals): number {
  return status === 'completed' ? 0 : (exitCode ?? 1)
}

const nobodyReads =
  'nobody has read this for 10 s: tasks go on, and what they write waits in a temporary file'

/** Runs the plan to its end and shows it. Resolves with the exit code; leaves the process only at a third Ctrl-C. */
export async function runPlan(plan: Plan, options: RunPlanOptions): Promise<number> {
  const { concurrency, processes, input, inspected } = options
  const screen = streamScreen(process.stdout)
  const aside = streamScreen(process.stderr)
  const { planPath } = options
  const took = planPath === undefined ? new Map() : timesOfLastRun(process.env, planPath)
  // Before the dispatch: an await between it and the subscription would miss facts.
  const makeDisplay = await loadDisplay(options)
  const runtime = createRuntime({
    concurrency,
    executors: { process: processes },
    ...(await agentsFor(plan, options.agents, (sentence) => warn(sentence))),
  })
  const inspecting = inspected === undefined ? undefined : await import('./inspect-run.ts')
  const inspector = inspected === undefined ? undefined : await inspecting!.inspectRuntime(runtime, inspected)
  const notifying = options.notify.length === 0 ? undefined : await import('../notify/notifier.ts')
  const run = runtime.dispatch(plan, { concurrency, input })
  const keyboard = options.isAttended ? terminalKeyboard(process.stdin) : undefined
  const shown = showRun({
    run,
    makeDisplay,
    screen,
    aside,
    keyboard,
    concurrency,
    took,
    raw: options.look === 'live',
    // Whoever looks at the page may answer.
    answersForNobody: !(inspected?.control === true && inspected.stays),
    answersAhead: options.answersAhead,
    onInterrupt: () => signals.take('SIGINT'),
  })
  const { display, progress } = shown
  for (const note of options.notes) display.say(note)
  let isShown = true
  const warn = (sentence: string): void => {
    if (isShown) display.say(`warning: ${sentence}`)
    else aside.write(`dagmar: warning: ${shownText(sentence)}\n`)
  }
  const notifier = notifying?.notifier({
    notify: options.notify,
    name: plan.name,
    env: process.env,
    clock: systemClock,
    warn,
    ring: options.look === 'live' ? () => screen.write('\u0007') : undefined,
  })
  if (inspector !== undefined) display.say(`inspect it at ${inspector.url}`)
  const signals = endBySignals({
    run,
    running: () => progress.running - progress.teardowns.filter(({ isLive }) => isLive).length,
    teardowns: () => progress.teardowns.length,
    say: (sentence) => display.say(sentence),
    leave: (exitCode) => {
      lastResort()
      process.exit(exitCode)
    },
  })
  const releases =
    options.isModule && options.look === 'live'
      ? [process.stdout, process.stderr].map((stream) => captureWrites(stream, (line) => display.print(line)))
      : []
  const release = (): void => {
    for (const giveBack of releases.splice(0)) giveBack()
  }
  // However this process ends, it restores the terminal and leaves nothing running.
  const lastResort = (): void => {
    shown.close()
    release()
    processes.killAllNow()
    notifier?.close()
  }
  const subscription = run.events$.subscribe((fact) => {
    shown.see(fact)
    notifier?.see(fact)
  })
  onEndingSignals((signal) => signals.take(signal))
  const stopSuspending = onSuspension(
    () => shown.pause(),
    () => shown.resume(),
  )
  process.on('exit', lastResort)
  screen.onReader((reader) => {
    processes.holdOutput(reader === 'behind')
    if (reader === 'lost') display.say(nobodyReads)
  })
  screen.onGone((error) => {
    // The terminal or the reader of the output is gone, which counts as a hang-up.
    if (isReaderGone(error)) signals.take('SIGHUP')
    else void run.kill(undefined, { reason: 'stdout cannot be written' })
  })

  const result = await run.result
  const notified = notifier?.end(result)
  shown.endQuestions()
  release()
  subscription.unsubscribe()
  const unwritten = writeReports(options.reports, result, progress)
  for (const sentence of unwritten) display.say(sentence)
  display.end(result)
  isShown = false
  if (planPath !== undefined) keepTimes(process.env, planPath, progress, took)
  // Who asked for a report relies on it.
  const exitCode = exitCodeOf(result, signals) || (unwritten.length === 0 ? 0 : 1)
  signals.leaveAtOnce()
  await screen.flushed()
  signals.leaveAtOnce(exitCode)
  await notified
  if (inspected?.stays === true) {
    aside.write(`dagmar: the run is still shown at ${inspector!.url}; Ctrl-C leaves\n`)
    await inspecting!.stayFor(run, (redriven) => signals.leaveAtOnce(exitCodeOf(redriven, signals)))
  }
  await inspector?.close()
  stopSuspending()
  process.off('exit', lastResort)
  await runtime.shutdown({ mode: 'kill' })
  return exitCode
}
