import type { Command } from 'commander'
import { type LoadDispatcher, loadSpool, withDispatcher } from './job-options.ts'
import type { RunFlags } from './run/run-command.ts'

const examples = `
Examples:
  dagmar run release.yaml                     run every task of the plan
  dagmar run release.mjs                      run the dag that a module exports by default
  dagmar run release.yaml --dry-run           what would run, in which order
  dagmar run release.yaml --only deploy       deploy, and what it needs
  dagmar run release.yaml --from test         test, and what depends on it
  dagmar run release.yaml --from test --results night.jsonl     with the outputs of an earlier run
  dagmar run release.yaml --set region=eu     with a field of the run's input
  dagmar run release.yaml --yes               asking nobody whether tasks may start
  dagmar run release.yaml --inspect           with a page that shows it in the browser
  dagmar run release.yaml --json | jq .type   facts as JSON lines, the result last
  dagmar run release.yaml --detach            in the background: the prompt comes back at once

On a terminal the run is shown live, and ? names the keys; elsewhere, with CI set or TERM=dumb, as plain lines.
Ctrl-C lets running tasks finish and starts no more; again kills them; again leaves at once.
Teardowns run all the same, after the first and after the second; a SIGTERM that follows a
kill ends them, too.
A task with confirm, or with onFailure: ask, is asked about on the terminal. Where nobody
can answer, a plan with confirm is refused unless --yes or --answer answers ahead, and the
answer to a failure is skip. With --inspect-control it may be answered on the page.
With --inspect the page stays after the run's end, until Ctrl-C leaves with the run's exit
code; with CI set it does not.

Exit codes: 0 completed, 1 failed, 2 bad plan or usage, 130, 143 or 129 when ended by
SIGINT, SIGTERM or SIGHUP (also when the terminal, or who reads the output, goes away).
`

/** `dagmar run`. What it does is loaded when it is called. */
export function addRunCommand(program: Command, load: LoadDispatcher = loadSpool): void {
  program
    .command('run')
    .summary('run a plan of commands and show what it does')
    .description('Runs the tasks of a plan, each as soon as what it needs is there.')
    .argument('<plan>', 'a plan file, YAML or JSON, or a module that exports a dag; - is stdin')
    .option('-c, --concurrency <n>', "most tasks at once, or 'unlimited' (default: the plan's, or 4)")
    .option('-i, --input <file>', "the run's input, JSON or YAML, over the plan's; - is stdin")
    .option('-s, --set <key=value>', 'a field of the input, as in deploy.region=eu; may be repeated', collect)
    .option('--only <task...>', 'these tasks and what they need; a matrix by its name')
    .option('--from <task...>', 'these tasks and what depends on them; what they need counts as completed')
    .option(
      '--results <file>',
      'with --from: what --json printed of an earlier run, for the outputs left out',
    )
    .option('--answer <task=text>', 'the answer to the next question of a task; may be repeated', collect)
    .option('-y, --yes', 'say yes to every task that asks whether it may start')
    .option('-n, --dry-run', 'show the order in which tasks would start, and run nothing')
    .option('-k, --keep-going', 'after a failure, run whatever does not need what failed')
    .option('--fail-fast', 'after a failure, kill the rest')
    .option('--log-dir <dir>', 'keep the output of every attempt in a file there')
    .option('-d, --detach', 'run it as a job in the background, and print its id: dagmar dispatch')
    .option('--inspect', 'print the address of a page that shows the run, live and until Ctrl-C')
    .option('--inspect-port <n>', 'with --inspect: the port of the page (default: one that is free)')
    .option('--inspect-control', 'with --inspect: let the page kill, redrive, answer and send events')
    .option('--group', 'print the output of each attempt together, at its end, where no live view is shown')
    .option(
      '--report <format=file>',
      'write how it went, as junit=FILE or json=FILE; may be repeated',
      collect,
    )
    .option('--json', 'print facts as JSON lines and the result as the last one')
    .option('-q, --quiet', 'print failures, warnings and the summary only')
    .option('-v, --verbose', 'print more: on a terminal every line of output, elsewhere the bookkeeping')
    .option('--no-color', 'no colours; NO_COLOR and FORCE_COLOR are heeded too')
    .addHelpText('after', examples)
    .action(async (path: string, flags: RunFlags & { readonly detach?: boolean }, command: Command) => {
      if (flags.detach === true) {
        const { runDetached } = await import('./run/run-detached.ts')
        await withDispatcher(load, command, (dispatcher, io) => runDetached(dispatcher, path, flags, io))
        return
      }
      const { runCommand } = await import('./run/run-command.ts')
      process.exitCode = await runCommand(path, flags)
    })
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
