import type { Attempt, Report, ReportedFailure } from '../../ports/executor.ts'
import { attemptIdOf } from '../attempt.ts'
import { asCommandWork } from '../command.ts'
import { environmentOf } from './environment.ts'
import { fillWork } from './fill-work.ts'
import { LiveCommand } from './live-command.ts'
import { logFolder } from './log-path.ts'
import { StartFault } from './start-fault.ts'
import type { ProcessExecutorOptions } from './process-options.ts'
import { placedIn, surroundingsOf } from './surroundings.ts'
import { killAtOnce } from './sweep.ts'

/** The live attempts of one executor. The part of it that needs Node's processes, loaded when the first one starts. */
export class LiveCommands {
  readonly #options: ProcessExecutorOptions
  readonly #live = new Map<string, LiveCommand>()
  #isHeld: boolean

  constructor({ isHeld, ...options }: ProcessExecutorOptions & { readonly isHeld: boolean }) {
    this.#options = options
    this.#isHeld = isHeld
  }

  start(attempt: Attempt, report: Report): void {
    const attemptId = attemptIdOf(attempt)
    try {
      const live = new LiveCommand({
        ...readied(attempt, this.#options),
        attempt,
        report,
        leaders,
        isHeld: this.#isHeld,
        over: () => this.#remove(attemptId),
      })
      this.#add(attemptId, live)
      live.start()
    } catch (thrown) {
      if (!(thrown instanceof StartFault)) throw thrown
      report({ type: 'attempt.failed', failure: thrown.failure })
    }
  }

  abort(attemptId: string): void {
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
    for (const live of this.#live.values()) live.killNow()
    // Those that have left their groups.
    killAtOnce([...this.#live.values()].flatMap(({ trace }) => trace ?? []))
  }

  #add(attemptId: string, live: LiveCommand): void {
    if (this.#live.size === 0) hosts.add(this)
    this.#live.set(attemptId, live)
    watchExit()
  }

  #remove(attemptId: string): void {
    this.#live.delete(attemptId)
    if (this.#live.size === 0) hosts.delete(this)
    watchExit()
  }
}

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

function readied(attempt: Attempt, options: ProcessExecutorOptions) {
  const { forceColor, logBytes, logDir, surroundings: ask } = options
  if (process.platform === 'win32') {
    throw notStarted('Commands need a POSIX system, and this is Windows. Run dagmar in WSL there.')
  }
  const open = asCommandWork(attempt.work)
  if (open === undefined) throw notStarted('The work of the task is none that command() made.')
  const around = surroundingsOf(ask, attempt.runId)
  const work = fillWork(around === undefined ? open : placedIn(around.cwd, open), attempt)
  const environment = environmentOf(attempt, work, { around: around?.env, forceColor })
  attempt.origin?.redactor?.learnFrom(environment.variables)
  return {
    work,
    environment,
    umask: around?.umask,
    logBytes,
    logFolder: around?.logDir ?? (logDir === undefined ? undefined : logFolder(logDir, attempt.runId)),
  }
}

function notStarted(message: string): StartFault {
  const failure: ReportedFailure = { code: 'COMMAND_NOT_STARTED', message, retryable: false }
  return new StartFault(failure)
}
