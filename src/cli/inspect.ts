import type { Command } from 'commander'
import type { InspectFlags } from './inspect/shown-page.ts'
import { type LoadDoor, loadSystemDoor } from './job-options.ts'

const examples = `
Examples:
  dagmar inspect                                  the list of all jobs, live
  dagmar inspect a2f5 --control                   a job, live, which the page may kill, redrive and answer
  dagmar inspect %-1 --export release.html        the latest job as one file
  dagmar run plan.yaml --json > night.ndjson      write a run down
  dagmar inspect night.ndjson --open              open a page with it in the browser

The page is served on this machine alone, until Ctrl-C, which leaves jobs alone. To see a run
of dagmar run while it goes on, start it with --inspect.

Exit codes: 0 shown, or written; 2 there is no such job, the facts are damaged, or the command
was called in a wrong way.
`

/** `dagmar inspect`: shows jobs, or a run that was written down. What it does is loaded when it is called. */
export function addInspectCommand(program: Command, load: LoadDoor = loadSystemDoor): void {
  program
    .command('inspect')
    .summary('look at jobs, or a run that was written down, in the browser')
    .description(
      'Shows all jobs in a page, or one, or a run from what dagmar run --json has printed or a file of dagmar/journal.',
    )
    .argument(
      '[what]',
      'a file; else a job, as for dagmar jobs; - is what dagmar run --json prints, on stdin',
    )
    .option('-e, --export <file>', 'write the page as one HTML file that opens from a disk, and leave')
    .option('-p, --port <n>', 'the port of the page (default: one that is free)')
    .option('--open', 'open the page in the browser')
    .option('--control', 'let the page kill, pause, redrive and answer jobs')
    .addHelpText('after', examples)
    .action(async (what: string | undefined, flags: InspectFlags, command: Command) => {
      const { inspectCommand } = await import('./inspect/inspect-command.ts')
      process.exitCode = await inspectCommand(what, flags, { load, output: command.configureOutput() })
    })
}
