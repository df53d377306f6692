import type { Job, Jobs } from '../../jobs/client/jobs.ts'
import { groupsFor, isUnattended, loadDisplay, lookFor } from '../run/choose-display.ts'
import { terminalKeyboard } from '../run/keyboard.ts'
import { onEndingSignals, onSuspension, signalCodes } from '../run/signals.ts'
import { painter, wantsColours } from '../screen/colours.ts'
import { streamScreen } from '../screen/stream-screen.ts'
import { jobWatch } from './job-watch.ts'

/** How a job is shown; as in `dagmar run`. */
export interface WatchFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly group?: boolean
  /** @default true */
  readonly color?: boolean
}

/**
 * Shows a job until it is settled or somebody detaches. Resolves with the exit code: 0 for a job that completed and 1 for
 * another end; 0 after the key `d`, and 130, 143 or 129 after Ctrl-C, SIGTERM and a terminal that has gone.
 */
export async function watchJob(jobs: Jobs, job: Job, flags: WatchFlags = {}): Promise<number> {
  const { env, stdin, stdout, stderr } = process
  const look = lookFor(flags.json === true, { env, isTerminal: stdout.isTTY })
  const isColoured = wantsColours({ env, isTerminal: stdout.isTTY, isRefused: flags.color === false })
  const [screen, aside] = [streamScreen(stdout), streamScreen(stderr)]
  const watch = await jobWatch({
    jobs,
    job,
    look,
    screen,
    aside,
    paint: painter(isColoured),
    makeDisplay: await loadDisplay({
      look,
      isColoured,
      level: flags.quiet === true ? 'quiet' : flags.verbose === true ? 'verbose' : 'normal',
      logDir: undefined,
      groups: groupsFor(flags.group === true, look, env),
    }),
    keyboard: stdin.isTTY && look !== 'json' && !isUnattended(env) ? terminalKeyboard(stdin) : undefined,
  })
  const close = (): void => watch.close()
  process.on('exit', close)
  onEndingSignals((signal) => watch.detach(signalCodes[signal]))
  const stopSuspending = onSuspension(
    () => watch.pause(),
    () => watch.resume(),
  )
  // The terminal or the reader of the output is gone, or the disk is full: nobody sees more of it.
  screen.onGone(() => watch.detach(signalCodes.SIGHUP))
  const exitCode = await watch.ended
  stopSuspending()
  process.off('exit', close)
  await screen.flushed()
  return exitCode
}
