import type { Jobs } from '../../jobs/client/jobs.ts'
import { isUnattended, lookFor } from '../run/choose-display.ts'
import { terminalKeyboard } from '../run/keyboard.ts'
import { onEndingSignals, onSuspension, signalCodes } from '../run/signals.ts'
import { streamScreen } from '../screen/stream-screen.ts'
import { systemClock } from '../../time/clock.ts'
import type { CommandIo } from './command-io.ts'
import { queryOf } from './job-filters.ts'
import type { ListFlags } from './list-jobs.ts'
import { listWatch } from './list-watch.ts'

/**
 * `dagmar jobs --watch`: the list as it changes, until somebody leaves it. Resolves with the exit code: 0 after the key q,
 * and 130, 143 or 129 after Ctrl-C, SIGTERM and a terminal that has gone.
 */
export async function watchList(jobs: Jobs, flags: ListFlags, io: CommandIo): Promise<number> {
  const { paint } = io
  const { env, stdin, stdout } = process
  const look = lookFor(flags.json === true, { env, isTerminal: stdout.isTTY })
  const screen = streamScreen(stdout)
  const watch = listWatch({
    jobs,
    query: queryOf(flags, io.now()),
    isAll: flags.all === true,
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    look,
    screen,
    paint,
    clock: systemClock,
    keyboard: look === 'live' && stdin.isTTY && !isUnattended(env) ? terminalKeyboard(stdin) : undefined,
  })
  const close = (): void => watch.close()
  process.on('exit', close)
  onEndingSignals((signal) => watch.leave(signalCodes[signal]))
  const stopSuspending = onSuspension(
    () => watch.pause(),
    () => watch.resume(),
  )
  screen.onGone(() => watch.leave(signalCodes.SIGHUP))
  const exitCode = await watch.ended
  stopSuspending()
  process.off('exit', close)
  await screen.flushed()
  return exitCode
}
