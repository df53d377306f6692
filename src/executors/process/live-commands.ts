import { thrownText } from '../../errors/foreign-value.ts'
import type { Attempt, Report, ReportedFailure } from '../../ports/executor.ts'
import { attemptIdOf } from '../attempt.ts'
import { asCommandWork } from '../command.ts'
import { asPromptWork } from '../prompt.ts'
import { environmentOf } from './environment.ts'
import { fillWork } from './fill-work.ts'
import { removeFolder } from './attempt-folder.ts'
import { givenPrompt, openPrompt } from './fill-prompt.ts'
import { LiveCommand, type LiveCommandOptions } from './live-command.ts'
import { logFolder } from './log-path.ts'
import { StartFault } from './start-fault.ts'
import type { ProcessExecutorOptions } from './process-options.ts'
import { placedIn, surroundingsOf } from './surroundings.ts'
import { killAtOnce } from './sweep.ts'

/** The live attempts of one executor. The part of it that needs Node's processes, loaded when the first one starts. */
export class LiveCommands {
  readonly #options: ProcessExecutorOptions
  readonly #live = new Map<string, LiveCommand>()
  /** Attempts for which git is still at work, with what ends that. */
  readonly #preparing = new Map<string, AbortController>()
  #isHeld: boolean

  constructor({ isHeld, ...options }: ProcessExecutorOptions & { readonly isHeld: boolean }) {
    this.#options = options
    this.#isHeld = isHeld
  }

  start(attempt: Attempt, report: Report): void {
    try {
      const ready = readied(attempt, this.#options)
      const { worktree, git } = ready.work
      if (worktree === undefined && git === undefined) this.#launch(attempt, report, ready)
      else void this.#prepare(attempt, report, ready)
    } catch (thrown) {
      if (!(thrown instanceof StartFault)) throw thrown
      report({ type: 'attempt.failed', failure: thrown.failure })
    }
  }

  #launch(attempt: Attempt, report: Report, ready: Ready): void {
    const attemptId = attemptIdOf(attempt)
    const live = new LiveCommand({
      ...ready,
      attempt,
      report,
      leaders,
      isHeld: this.#isHeld,
      over: () => this.#changed(() => this.#live.delete(attemptId)),
    })
    this.#changed(() => this.#live.set(attemptId, live))
    live.start()
  }

  /** Has git do what it has to before the command runs. */
  async #prepare(attempt: Attempt, report: Report, ready: Ready): Promise<void> {
    const attemptId = attemptIdOf(attempt)
    const controller = new AbortController()
    const { signal } = controller
    const { worktreeDir } = this.#options
    this.#changed(() => this.#preparing.set(attemptId, controller))
    let failure: ReportedFailure | undefined
    try {
      const { prepareGit } = await import('./git/prepare-git.ts')
      const prepared = await prepareGit({ ...ready, attempt, worktreeDir, report, signal })
      if (!signal.aborted) {
        this.#preparing.delete(attemptId)
        this.#launch(attempt, report, { ...ready, ...prepared })
        return
      }
      await prepared.tidy?.(report)
    } catch (thrown) {
      const message = `The command could not be started: ${thrownText(thrown)}`
      failure = thrown instanceof StartFault ? thrown.failure : { code: 'COMMAND_NOT_STARTED', message }
    }
    removeFolder(ready.environment.folder)
    this.#changed(() => this.#preparing.delete(attemptId))
    report(
      failure === undefined || signal.aborted
        ? { type: 'attempt.ended' }
        : { type: 'attempt.failed', failure },
    )
  }

  abort(attemptId: string): void {
    this.#preparing.get(attemptId)?.abort()
    this.#live.get(attemptId)?.abort()
  }

  force(attemptId: string): void {
    this.#live.get(attemptId)?.force()
  }

  answer(attemptId: string, answer: unknown): void {
    this.#live.get(attemptId)?.answer(answer)
  }

  expire(attemptId: string, place: number): void {
    this.#live.get(attemptId)?.expire(place)
  }

  holdOutput(isHeld: boolean): void {
    this.#isHeld = isHeld
    for (const live of this.#live.values()) live.holdOutput(isHeld)
  }

  killAllNow(): void {
    for (const controller of this.#preparing.values()) controller.abort()
    for (const live of this.#live.values()) live.killNow()
    // Those that have left their groups.
    killAtOnce([...this.#live.values()].flatMap(({ trace }) => trace ?? []))
  }

  #changed(change: () => void): void {
    change()
    if (this.#live.size + this.#preparing.size > 0) hosts.add(this)
    else hosts.delete(this)
    watchExit()
  }
}

type Ready = Pick<
  LiveCommandOptions,
  'work' | 'environment' | 'begins' | 'umask' | 'logBytes' | 'logFolder' | 'noted' | 'tidy'
>

/** The executors with live attempts: a crash of this process must leave none of them behind. */
const hosts = new Set<LiveCommands>()
const leaders = new Set<number>()
let isWatching = false

function killAll(): void {
  for (const host of hosts) host.killAllNow()
}

/** Listens to the end of this process while something is live, and not longer. */
function watchExit(): void {
  const isNeeded = hosts.size > 0
  if (isNeeded === isWatching) return
  isWatching = isNeeded
  if (isNeeded) process.on('exit', killAll)
  else process.off('exit', killAll)
}

function readied(attempt: Attempt, options: ProcessExecutorOptions): Ready {
  const { forceColor, logBytes, logDir, surroundings: ask } = options
  if (process.platform === 'win32') {
    throw notStarted('Commands need a POSIX system, and this is Windows. Run dagmar in WSL there.')
  }
  const asked = asPromptWork(attempt.work)
  const open = asked === undefined ? asCommandWork(attempt.work) : openPrompt(asked, attempt)
  if (open === undefined) throw notStarted('The work of the task is none that command() made.')
  const around = surroundingsOf(ask, attempt.runId)
  const filled = fillWork(around === undefined ? open : placedIn(around.cwd, open), attempt)
  const given = asked === undefined ? undefined : givenPrompt(filled, asked, attempt)
  const making = { around: around?.env, forceColor, prompt: given?.inFile }
  const environment = environmentOf(attempt, filled, making)
  attempt.origin?.redactor?.learnFrom(environment.variables)
  return {
    work: given === undefined ? filled : given.commandWith(environment.promptFile),
    environment,
    begins: given?.begins,
    umask: around?.umask,
    logBytes,
    logFolder: around?.logDir ?? (logDir === undefined ? undefined : logFolder(logDir, attempt.runId)),
  }
}

function notStarted(message: string): StartFault {
  const failure: ReportedFailure = { code: 'COMMAND_NOT_STARTED', message, retryable: false }
  return new StartFault(failure)
}
