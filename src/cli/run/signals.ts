import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { withNoun } from '../../text/with-noun.ts'

/** The signals that end a run, with the exit code of each. */
export const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
export type EndingSignal = keyof typeof signalCodes

export interface SignalsOptions {
  readonly run: Pick<RunHandle, 'drain' | 'kill'>
  /** How many tasks hold a slot now. */
  readonly running: () => number
  /** How many teardowns will run although the run is ended, or go on. @default none */
  readonly teardowns?: () => number
  readonly say: (sentence: string) => void
  /** Ends every process at once and exits, without waiting for anything. */
  readonly leave: (exitCode: number) => void
  /** Milliseconds since some moment. @default performance.now */
  readonly now?: () => number
}

/** One Ctrl-C may come as several: the terminal sends SIGINT to every program, and some hand it on to what they run. */
const oneSignalMs = 500

export interface Signals {
  /**
   * Acts on a signal: the first SIGINT drains, the second kills, the third leaves; SIGTERM and SIGHUP kill. SIGINTs
   * within 500 ms of the first of them are one. Teardowns run after a drain and after a kill; a SIGTERM that comes later
   * ends them. A SIGHUP never does, since a terminal that goes away may say so twice.
   */
  take(signal: EndingSignal): void
  /** The exit code of the last signal; undefined while there was none. */
  readonly exitCode: number | undefined
  /**
   * The run is over, and only a reader is waited for: from now on any signal leaves. With an exit code, there is nothing
   * more to wait for, and that is the code whatever signal comes.
   */
  leaveAtOnce(exitCode?: number): void
}

export function endBySignals({
  run,
  running,
  teardowns = () => 0,
  say,
  leave,
  now = () => performance.now(),
}: SignalsOptions): Signals {
  let exitCode: number | undefined
  let pressedAt = Number.NEGATIVE_INFINITY
  let killedAt = Number.NEGATIVE_INFINITY
  let lastCode: number | undefined
  let phase: 'running' | 'draining' | 'killing' | 'settled' = 'running'

  const thenTeardowns = (): string => {
    const count = teardowns()
    return count === 0 ? '' : `, then ${withNoun(count, 'teardown')}`
  }
  const drain = (): void => {
    phase = 'draining'
    const count = running()
    say(
      `${count === 0 ? 'starting nothing more' : `finishing ${withNoun(count, 'running task')}`}${thenTeardowns()}; Ctrl-C again kills`,
    )
    void run.drain()
  }
  const kill = (signal: EndingSignal): void => {
    phase = 'killing'
    killedAt = now()
    say(
      `killing ${withNoun(running(), 'running task')}${thenTeardowns()}${signal === 'SIGINT' ? '; Ctrl-C again leaves at once' : ` (${signal})`}`,
    )
    void run.kill(undefined, { reason: signal })
  }
  const killAgain = (): void => {
    if (teardowns() > 0) say(`ending ${withNoun(teardowns(), 'teardown')}, too (SIGTERM)`)
    void run.kill(undefined, { reason: 'SIGTERM' })
  }
  return {
    take: (signal) => {
      if (signal === 'SIGINT') {
        if (now() - pressedAt < oneSignalMs) return
        pressedAt = now()
      }
      const code = signalCodes[signal]
      exitCode = code
      if (phase === 'settled') leave(lastCode ?? code)
      else if (signal === 'SIGINT' && phase === 'running') drain()
      else if (phase !== 'killing') kill(signal)
      else if (signal === 'SIGINT') leave(code)
      else if (signal === 'SIGTERM' && now() - killedAt >= oneSignalMs) killAgain()
    },
    leaveAtOnce: (given) => {
      phase = 'settled'
      lastCode = given
    },
    get exitCode() {
      return exitCode
    },
  }
}

/** Listens to the signals of this process until it exits: without a listener, one would end it with a status of its own. */
export function onEndingSignals(take: (signal: EndingSignal) => void): void {
  for (const signal of Object.keys(signalCodes) as EndingSignal[]) process.on(signal, () => take(signal))
}

/** Lets Ctrl-Z suspend this process, after it has called `pause`. Commands go on. Returns a function that stops. */
export function onSuspension(pause: () => void, resume: () => void): () => void {
  const suspend = (): void => {
    pause()
    process.kill(process.pid, 'SIGSTOP')
  }
  process.on('SIGTSTP', suspend).on('SIGCONT', resume)
  return () => process.off('SIGTSTP', suspend).off('SIGCONT', resume)
}
