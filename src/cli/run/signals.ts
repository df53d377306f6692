import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { withNoun } from '../../text/with-noun.ts'

/** The signals that end a run, with the exit code of each. */
export const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
export type EndingSignal = keyof typeof signalCodes

export interface SignalsOptions {
  readonly run: Pick<RunHandle, 'drain' | 'kill'>
  /** How many tasks hold a slot now. */
  readonly running: () => number
  readonly say: (sentence: string) => void
  /** Ends every process at once and exits, without waiting for anything. */
  readonly leave: (exitCode: number) => void
  /** Milliseconds since some moment. @default performance.now */
  readonly now?: () => number
}

/** One Ctrl-C may come as several: the terminal sends SIGINT to every program, and some hand it on to what they run. */
const onePressMs = 500

export interface Signals {
  /**
   * Acts on a signal: the first SIGINT drains, the second kills, the third leaves; SIGTERM and SIGHUP kill. SIGINTs
   * within 500 ms of the first of them are one.
   */
  take(signal: EndingSignal): void
  /** The exit code of the last signal; undefined while there was none. */
  readonly exitCode: number | undefined
  /** The run is over, and only a reader is waited for: from now on any signal leaves. */
  leaveAtOnce(): void
}

export function endBySignals({
  run,
  running,
  say,
  leave,
  now = () => performance.now(),
}: SignalsOptions): Signals {
  let exitCode: number | undefined
  let pressedAt = Number.NEGATIVE_INFINITY
  let phase: 'running' | 'draining' | 'killing' | 'settled' = 'running'

  const drain = (): void => {
    phase = 'draining'
    const count = running()
    say(
      `${count === 0 ? 'starting nothing more' : `finishing ${withNoun(count, 'running task')}`}; Ctrl-C again kills`,
    )
    void run.drain()
  }
  const kill = (signal: EndingSignal): void => {
    phase = 'killing'
    say(
      `killing ${withNoun(running(), 'running task')}${signal === 'SIGINT' ? '; Ctrl-C again leaves at once' : ` (${signal})`}`,
    )
    void run.kill(undefined, { reason: signal })
  }
  return {
    take: (signal) => {
      if (signal === 'SIGINT') {
        if (now() - pressedAt < onePressMs) return
        pressedAt = now()
      }
      const code = signalCodes[signal]
      exitCode = code
      if (phase === 'settled') leave(code)
      else if (signal === 'SIGINT' && phase === 'running') drain()
      else if (phase !== 'killing') kill(signal)
      else if (signal === 'SIGINT') leave(code)
    },
    leaveAtOnce: () => {
      phase = 'settled'
    },
    get exitCode() {
      return exitCode
    },
  }
}

/** Listens to the signals of this process. Returns a function that stops. */
export function onEndingSignals(take: (signal: EndingSignal) => void): () => void {
  const listeners = (Object.keys(signalCodes) as EndingSignal[]).map((signal) => {
    const listener = (): void => take(signal)
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const stop of listeners) stop()
  }
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
