import type { Command } from 'commander'
import type { DispatchFlags } from './dispatch/dispatch-command.ts'
import {
  collect,
  type LoadDispatcher,
  type LoadDoor,
  loadSpool,
  loadSystemDoor,
  withDispatcher,
  withJobs,
} from './job-options.ts'

const examples = `
Examples:
  dagmar dispatch release.yaml                    the prompt comes back at once
  dagmar dispatch -- npm test                     a single command; options go before the --
  dagmar dispatch -- 'make && make check'         one word with blanks is a line for the shell
  dagmar dispatch release.yaml --after a2f5       once this job has completed
  dagmar dispatch report.yaml --at 18:30          or --in 2h
  ./make-plans | dagmar dispatch --stdin          a plan a line, as JSON

  id=$(dagmar dispatch release.yaml) && dagmar wait "$id"

The first line of stdout is the job's id. It runs with the environment, the folder and the umask
of this call, and goes on when the terminal is closed. dagmar jobs lists the jobs.
Where nobody answers what a task asks, it waits: dagmar answer.

Exit codes: 0 dispatched, 2 bad plan or usage, and then nothing is dispatched.
`

/** `dagmar dispatch`: makes a plan or a command a job. What it does is loaded when it is called. */
export function addDispatchCommand(
  program: Command,
  load: LoadDoor = loadSystemDoor,
  loadDispatcher: LoadDispatcher = loadSpool,
): void {
  program
    .command('dispatch')
    .usage('[options] <plan>\n       dagmar dispatch [options] -- <command...>')
    .summary('run a plan, or a command, as a job')
    .description('Runs a plan or a single command in the background, and prints the id of the job.')
    .argument('[plan]', 'a plan file, YAML or JSON; - is stdin')
    .argument('[command...]', 'after --: a command and its arguments')
    .option('--name <name>', "what it is called (default: the plan's name, or the command's)")
    .option('-p, --project <name>', 'what it belongs to (default: the name of this folder)')
    .option('--label <key=value>', 'a label to find it by; may be repeated', collect)
    .option('--after <job...>', 'start when these jobs have completed; if one does not, it is killed')
    .option('--after-any', 'with --after: however they end')
    .option('--at <time>', 'start then: 18:30, 2026-11-26T18:30')
    .option('--in <length>', 'start after that long: 90s, 2h')
    .option('--stdin', 'read plans from stdin, one a line as JSON, and print an id for each')
    .option('-c, --concurrency <n>', "most of its tasks at once, or 'unlimited' (default: the plan's, or 4)")
    .option('-i, --input <file>', "the run's input, JSON or YAML, over the plan's; - is stdin")
    .option('-s, --set <key=value>', 'a field of the input, as in deploy.region=eu; may be repeated', collect)
    .option('--only <task...>', 'these tasks and what they need; a matrix by its name')
    .option('--from <task...>', 'these tasks and what depends on them; what they need counts as completed')
    .option('--answer <task=text>', 'the answer to the next question of a task; may be repeated', collect)
    .option('-y, --yes', 'answer yes where a task asks to be confirmed')
    .option('-k, --keep-going', 'after a failure, run whatever does not need what failed')
    .option('--fail-fast', 'after a failure, kill the rest')
    .option('--json', 'print {"id": …} in place of the id')
    .addHelpText('after', examples)
    .action(async (_plan: unknown, _command: unknown, flags: DispatchFlags, command: Command) => {
      const operands = operandsOf(command)
      if (flags.stdin === true) {
        const { dispatchStdin } = await import('./dispatch/dispatch-lines.ts')
        await withJobs(load, command, (jobs, io) => dispatchStdin(jobs, operands, flags, io))
        return
      }
      const { dispatchCommand } = await import('./dispatch/dispatch-command.ts')
      await withDispatcher(loadDispatcher, command, (dispatcher, io) =>
        dispatchCommand(dispatcher, operands, flags, io),
      )
    })
}

/** What stands before `--`, and after it. Commander tells no difference. */
function operandsOf(command: Command): {
  readonly plan: readonly string[]
  readonly words: readonly string[]
} {
  const { rawArgs = [] } = command.parent as unknown as { readonly rawArgs?: readonly string[] }
  const at = rawArgs.indexOf('--')
  const count = at === -1 ? 0 : rawArgs.length - at - 1
  const { args } = command
  return { plan: args.slice(0, args.length - count), words: args.slice(args.length - count) }
}
