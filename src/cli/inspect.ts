import type { Command } from 'commander'
import type { InspectFlags } from './inspect/inspect-command.ts'

const examples = `
Examples:
  dagmar run plan.yaml --json > night.ndjson      write a run down
  dagmar inspect night.ndjson                     print the address of a page that shows it
  dagmar inspect night.ndjson --open              open that page in the browser
  dagmar inspect night.ndjson --export night.html write the page as one file, and leave

The page is served on this machine alone, until Ctrl-C. To see a run while it goes on, start it
with dagmar run --inspect.

Exit codes: 0 shown, or written; 2 the facts are damaged, or the command was called in a wrong
way.
`

/** `dagmar inspect`: shows a run that was written down. What it does is loaded when it is called. */
export function addInspectCommand(program: Command): void {
  program
    .command('inspect')
    .summary('look at a run that was written down')
    .description(
      'Shows a run in a page, from what dagmar run --json has printed, or from a file of dagmar/journal.',
    )
    .argument('<facts>', 'what dagmar run --json has printed, or a journal; - is stdin')
    .option('-e, --export <file>', 'write the page as one HTML file that opens from a disk, and leave')
    .option('-p, --port <n>', 'the port of the page (default: one that is free)')
    .option('--open', 'open the page in the browser')
    .addHelpText('after', examples)
    .action(async (path: string, flags: InspectFlags, command: Command) => {
      const { inspectCommand } = await import('./inspect/inspect-command.ts')
      process.exitCode = await inspectCommand(path, flags, command.configureOutput())
    })
}
