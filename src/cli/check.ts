import type { Command } from 'commander'
import type { CheckFlags } from './check/check-command.ts'

const examples = `
Examples:
  dagmar check plan.yaml           ok, or every problem with its line and column
  dagmar check plan.yaml --json    the same for programs
  dagmar check plan.yaml --ids     what the tasks are called

Exit codes: 0 sound, 2 not.
`

/** `dagmar check`: says what is wrong with a plan, and runs nothing. What it does is loaded when it is called. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .summary('say what is wrong with a plan')
    .description('Reads a plan and says what is wrong with it, if anything. Nothing is run.')
    .argument('<plan>', 'a plan file, YAML or JSON; - is stdin')
    .option('--json', 'print the counts, or the problems, as one JSON object')
    .option('--ids', 'print the ids of the tasks, one a line; those of a matrix after its own')
    .addHelpText('after', examples)
    .action(async (path: string, flags: CheckFlags, command: Command) => {
      const { checkCommand } = await import('./check/check-command.ts')
      process.exitCode = await checkCommand(path, flags, command.configureOutput())
    })
}
