import { DagmarError } from '../../errors/dagmar-error.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { loadDisplay, lookFor } from '../run/choose-display.ts'
import { defaultConcurrency } from '../run/default-concurrency.ts'
import { terminalKeyboard } from '../run/keyboard.ts'
import { onSuspension } from '../run/signals.ts'
import { showRun } from '../run/show-run.ts'
import { captureWrites } from '../screen/captured-writes.ts'
import { wantsColours } from '../screen/colours.ts'
import { streamScreen } from '../screen/stream-screen.ts'

export interface RenderOptions {
  /** Where it is shown: live where it is a terminal, and somebody is there; else as plain lines. @default process.stdout */
  readonly stdout?: NodeJS.WriteStream
  /**
   * Where keys come from, and answers to questions of tasks. `false` for nobody: then the program answers by
   * `run.answer`. @default process.stdin, where it is a terminal and nothing else listens to it
   */
  readonly stdin?: NodeJS.ReadStream | false
  /** How much is told, as by `--quiet` and `--verbose` of `dagmar run`. @default 'normal' */
  readonly level?: 'quiet' | 'normal' | 'verbose'
  /** @default by the terminal, `NO_COLOR` and `FORCE_COLOR` */
  readonly colors?: boolean
}

export interface Rendered {
  /** Resolves when the run is settled and its end is shown, or after `close`. Never rejects. */
  readonly done: Promise<void>
  /** Stops showing, and gives the terminal back. The run goes on. May be called more than once. */
  close(): void
}

/**
 * Shows a run as `dagmar run` does: the live view with its keys on a terminal, plain lines elsewhere. The facts that the
 * run holds are caught up on, so that it may have begun before. Meanwhile, what the program writes to stdout and stderr
 * stands above the live view. Ctrl-C is a SIGINT of this process, as without it.
 */
export function render(run: RunHandle, options: RenderOptions = {}): Rendered {
  if (typeof run !== 'object' || run === null || !('events$' in run)) {
    throw new DagmarError('CONFIG_INVALID', { message: 'render shows a run: give it what dispatch returns.' })
  }
  let stop: (() => void) | undefined
  let isClosed = false
  const closed = withResolvers()
  const close = (): void => {
    isClosed = true
    stop?.()
    closed.resolve()
  }
  const showing = show(run, options, {
    isClosed: () => isClosed,
    onStop: (fresh) => {
      stop = fresh
    },
  })
  return { done: Promise.race([showing, closed.promise]), close }
}

interface Closing {
  readonly isClosed: () => boolean
  readonly onStop: (stop: () => void) => void
}

async function show(run: RunHandle, options: RenderOptions, closing: Closing): Promise<void> {
  const { stdout = process.stdout, level = 'normal' } = options
  const { env } = process
  const look = lookFor(false, { env, isTerminal: stdout.isTTY })
  const isColoured = options.colors ?? wantsColours({ env, isTerminal: stdout.isTTY, isRefused: false })
  const makeDisplay = await loadDisplay({ look, level, isColoured, logDir: undefined, groups: undefined })
  if (closing.isClosed()) return
  const keys = look === 'live' ? keysOf(options) : undefined
  const screen = streamScreen(stdout)
  const shown = showRun({
    run,
    makeDisplay,
    screen,
    aside: screen,
    raw: true,
    answersForNobody: false,
    keyboard: keys === undefined ? undefined : terminalKeyboard(keys),
    concurrency: run.plan.concurrency ?? defaultConcurrency,
    onInterrupt: () => process.kill(process.pid, 'SIGINT'),
  })
  const releases =
    look === 'live'
      ? [
          ...[stdout, process.stderr].map((stream) =>
            captureWrites(stream, (line) => shown.display.print(line)),
          ),
          onSuspension(
            () => shown.pause(),
            () => shown.resume(),
          ),
          onEnd(() => restore()),
        ]
      : []
  const restore = (): void => {
    shown.close()
    for (const release of releases.splice(0)) release()
  }
  const subscription = run.events({ from: 1, until: 'settled' }).subscribe((fact) => shown.see(fact))
  const stop = (): void => {
    subscription.unsubscribe()
    restore()
  }
  closing.onStop(stop)
  const result = await run.result
  if (closing.isClosed()) return
  shown.endQuestions()
  shown.display.end(result)
  stop()
  await screen.flushed()
}

/** However this process ends, it is called before. Signals that others listen to do not end it. */
function onEnd(restore: () => void): () => void {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const take = (name: NodeJS.Signals): void => {
    if (process.listenerCount(name) > 1) return
    // Without a listener it ends this process as it would have done.
    restore()
    process.kill(process.pid, name)
  }
  process.on('exit', restore)
  for (const name of names) process.on(name, take)
  return () => {
    process.off('exit', restore)
    for (const name of names) process.off(name, take)
  }
}

function keysOf({ stdin = process.stdin }: RenderOptions): NodeJS.ReadStream | undefined {
  if (stdin === false || !stdin.isTTY) return undefined
  const isTaken = stdin.isRaw || stdin.listenerCount('data') > 0 || stdin.listenerCount('readable') > 0
  return isTaken ? undefined : stdin
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void
  const promise = new Promise<void>((resolved) => {
    resolve = resolved
  })
  return { promise, resolve: () => resolve() }
}
