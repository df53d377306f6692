import { thrownText } from '../../errors/foreign-value.ts'
import type { Attempt, Report, ReportedFailure } from '../../ports/executor.ts'
import { removeFolder } from './attempt-folder.ts'
import { AttemptLog } from './attempt-log.ts'
import type { Environment } from './environment.ts'
import { type Exit, failureOf, notStarted } from './explain.ts'
import { launch, type Launched } from './launch.ts'
import { logPath } from './log-path.ts'
import { Output } from './output.ts'
import { handleOf, type Noted } from './process-handle.ts'
import type { ReadyWork } from './ready-work.ts'
import { signal } from './signal.ts'
import type { Trace } from './survivors.ts'
import { TellChannel } from './tell-channel.ts'
import { Voice } from './voice.ts'
import { nameSurvivors, Sweep, type SweepOptions } from './sweep.ts'

/** How long processes that hold the output may go on after the leader's exit. */
const settleMs = 200

const heldOutput =
  'Something that cannot be found still holds the output of the command: its end may be missing.'

export interface LiveCommandOptions {
  readonly attempt: Attempt
  readonly work: ReadyWork
  readonly environment: Environment
  /** The session that it begins. */
  readonly begins: string | undefined
  /** The directory of the run's logs. Undefined where there are to be none. */
  readonly logFolder: string | undefined
  /** Most bytes of a log. */
  readonly logBytes: number | undefined
  readonly umask: number | undefined
  /** Its output is not read for now. */
  readonly isHeld: boolean
  /** The leaders that are not reaped yet, of all attempts. */
  readonly leaders: Set<number>
  readonly report: Report
  /** What is noted with its process. */
  readonly noted?: Noted | undefined
  /** Puts away what was made for it, before the last report. Never rejects. */
  readonly tidy?: ((report: Report) => Promise<void>) | undefined
  /** Called once, before the last report. */
  readonly over: () => void
}

/** One attempt of a command, from the making of its process until nothing of it is left. */
export class LiveCommand {
  readonly #options: LiveCommandOptions
  readonly #startedAt = performance.now()
  /** In ticks. */
  #start = 0
  readonly #output: Output
  readonly #voice: Voice
  readonly #channel: TellChannel | undefined
  #launched: Launched | undefined
  /** Its number belongs to nobody, or to somebody else, from then on. */
  #isReaped = false
  #sweep: Sweep | undefined
  #isEnding = false
  #isForced = false
  /** Why the command was not let run. */
  #refusal: ReportedFailure | undefined

  constructor(options: LiveCommandOptions) {
    this.#options = options
    const { attempt, environment, logBytes, logFolder, report, work } = options
    this.#voice = new Voice({
      report,
      isTrusted: work.speaks === true,
      hasAgent: attempt.agent !== undefined,
      writeLine: work.stdin === 'answers' ? (line) => this.#launched?.stdin?.write(line) : undefined,
      warn: (message) => this.#warn(message),
    })
    this.#channel =
      environment.channel === undefined ? undefined : new TellChannel(environment.channel, this.#voice)
    this.#output = new Output({
      secrets: attempt.origin?.redactor?.secrets,
      tell: (text, stream) => report({ type: 'attempt.output', text, stream }),
      tellUnended: (text, stream) => report({ type: 'attempt.output', text, stream, isPartial: true }),
      hear: (said) => this.#voice.hearLine(said),
      beat: () => report({ type: 'attempt.heartbeat' }),
      log: (holdBack) => {
        if (logFolder === undefined) return undefined
        const path = logPath(logFolder, attempt)
        return new AttemptLog({ path, mostBytes: logBytes, holdBack, warn: (message) => this.#warn(message) })
      },
    })
    this.#output.hold(options.isHeld)
  }

  start(): void {
    const { work, environment, umask } = this.#options
    const options = { variables: environment.variables, umask }
    const launched = launch(work, options, (thrown) => this.#fail(notStarted(thrown, work)))
    if (launched === undefined) return
    this.#launched = launched
    this.#options.leaders.add(launched.pid)
    launched.child.once('exit', (code, name) => this.#exited(launched, { code, signal: name }))
    this.#output.read(launched.stdout, launched.stderr)
    this.#place(launched)
  }

  /** How the processes that it has started are found. Undefined before there is a process. */
  get trace(): Trace | undefined {
    const { environment, leaders } = this.#options
    if (this.#launched === undefined) return undefined
    return {
      mark: environment.mark,
      leader: this.#launched.pid,
      start: this.#start,
      isReaped: this.#isReaped,
      startedAt: this.#startedAt,
      others: leaders,
    }
  }

  holdOutput(isHeld: boolean): void {
    this.#output.hold(isHeld)
  }

  abort(): void {
    this.#isEnding = true
    this.#signalGroup('SIGTERM')
  }

  answer(answer: unknown): void {
    this.#voice.answer(answer)
  }

  expire(place: number): void {
    this.#voice.expire(place)
  }

  /** SIGKILL to everything, at once. */
  force(): void {
    this.#isEnding = true
    this.#isForced = true
    this.#signalGroup('SIGKILL')
    this.#sweep?.force()
  }

  /** All that can be done where there is no later. */
  killNow(): void {
    this.force()
    removeFolder(this.#options.environment.folder)
  }

  #signalGroup(name: NodeJS.Signals): void {
    if (this.#launched !== undefined && !this.#isReaped) signal(-this.#launched.pid, name)
  }

  #place(launched: Launched): void {
    const { attempt, environment, noted: before } = this.#options
    try {
      // Before it runs anything: what a later coordinator cannot find, it cannot end.
      const handle = handleOf(launched.pid, environment.mark, before)
      this.#start = handle.start ?? 0
      const noted = attempt.note(handle)
      if (noted === undefined) this.#go(launched)
      else {
        noted.then(
          () => this.#go(launched),
          (thrown: unknown) => this.#refuse(thrown),
        )
      }
    } catch (thrown) {
      this.#refuse(thrown)
    }
  }

  #go(launched: Launched): void {
    // What has been told to end before it began never runs.
    if (this.#isEnding || this.#isReaped) return
    launched.go()
    const { report, begins } = this.#options
    report({ type: 'attempt.started' })
    if (begins !== undefined) report({ type: 'attempt.session', session: begins })
  }

  #refuse(thrown: unknown): void {
    const message = `The command could not be started: ${thrownText(thrown)}`
    this.#refusal = { code: 'COMMAND_NOT_STARTED', message }
    this.#signalGroup('SIGKILL')
  }

  #exited({ pid }: Launched, exit: Exit): void {
    this.#isReaped = true
    this.#options.leaders.delete(pid)
    this.#launched?.stdin?.destroy()
    // What comes after the exit does not change how it ended.
    const wasEnding = this.#isEnding
    const trace = this.trace!
    this.#output.settle(settleMs, () => {
      const done: SweepOptions['done'] = (found, isLeft) => {
        if (isLeft || (found.length > 0 && !wasEnding)) this.#warn(nameSurvivors(found, isLeft))
        this.#output.finish((isWhole) => {
          if (!isWhole && !wasEnding) this.#warn(heldOutput)
          this.#swept(exit, wasEnding)
        })
      }
      this.#sweep = new Sweep(trace, { isEnding: wasEnding, done })
      if (this.#isForced) this.#sweep.force()
      else this.#sweep.start()
    })
  }

  #swept(exit: Exit, wasEnding: boolean): void {
    const { work, environment } = this.#options
    this.#output.endLog(() => {
      const { kept } = this.#output
      if (this.#refusal !== undefined) this.#fail(this.#refusal)
      else if (wasEnding) this.#end(() => this.#options.report({ type: 'attempt.ended' }))
      else if (exit.code === 0) {
        const { output, note } = this.#voice.output ?? kept.stdout()
        if (note !== undefined) this.#warn(note)
        this.#end(() => this.#options.report({ type: 'attempt.completed', output }))
      } else {
        const failure = failureOf(exit, work, environment.variables['PATH'], kept.lastLines())
        this.#fail(this.#voice.judged(failure))
      }
    })
  }

  #warn(message: string): void {
    this.#options.report({ type: 'attempt.warned', message })
  }

  #fail(failure: ReportedFailure): void {
    this.#end(() => this.#options.report({ type: 'attempt.failed', failure }))
  }

  #end(lastReport: () => void): void {
    this.#channel?.close()
    this.#voice.close()
    const { environment, over, report, tidy } = this.#options
    removeFolder(environment.folder)
    const last = (): void => {
      over()
      lastReport()
    }
    if (tidy === undefined) last()
    else void tidy(report).then(last)
  }
}
