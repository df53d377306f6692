import { DagmarError } from '../../errors/dagmar-error.ts'
import { listed } from '../../text/listed.ts'
import { dispatchCommand } from '../dispatch/dispatch-command.ts'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import type { CommandIo } from '../jobs/command-io.ts'
import type { RunFlags } from './run-command.ts'

/** What is about a run in this process: a job is looked at, and its output found, in other ways. */
const inTheForeground = {
  dryRun: '--dry-run',
  results: '--results',
  logDir: '--log-dir',
  inspect: '--inspect',
  inspectPort: '--inspect-port',
  inspectControl: '--inspect-control',
  group: '--group',
  report: '--report',
  quiet: '--quiet',
  verbose: '--verbose',
} as const satisfies Partial<Record<keyof RunFlags, string>>

/** `dagmar run --detach`: dispatches the plan as a job. Resolves with the exit code. */
export async function runDetached(
  dispatcher: Dispatcher,
  path: string,
  flags: RunFlags,
  io: CommandIo,
): Promise<number> {
  const given = Object.entries(inTheForeground).flatMap(([name, option]) =>
    flags[name as keyof typeof inTheForeground] === undefined ? [] : [option],
  )
  if (given.length > 0) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `With --detach nothing is run here, and ${listed(given)} ${given.length === 1 ? 'is' : 'are'} about what is.`,
      hint: 'dagmar jobs %-1, dagmar logs %-1 and dagmar inspect %-1 look at the latest job.',
    })
  }
  return dispatchCommand(dispatcher, { plan: [path], words: [] }, flags, io)
}
