import { Command } from 'commander'
import { shownMessage } from '../text/shown-text.ts'
import { addCheckCommand } from './check.ts'
import { addCompletionCommand } from './completion.ts'
import { addGraphCommand } from './graph.ts'
import { addInspectCommand } from './inspect.ts'
import { addInitCommand } from './init.ts'
import { addRunCommand } from './run.ts'
import { addSimulateCommand } from './simulate.ts'
import { addSupervisorCommand } from './supervisor.ts'
import { addTellCommand } from './tell.ts'
import { addTestCommand } from './test.ts'

const examples = `
Examples:
  dagmar init                      write a small plan to begin with
  dagmar check plan.yaml           say what is wrong with it, if anything
  dagmar test plan.yaml            find out what faults do to it
  dagmar graph plan.yaml           draw it
  dagmar simulate plan.yaml        say how long it will take
  dagmar run plan.yaml             run it
  dagmar run plan.yaml --inspect   run it and see it in the browser

dagmar help <command> has more of each.
`

/** The command line with all its commands; each loads what it does when it is called. */
export function createProgram(version: string): Command {
  const program = new Command('dagmar')
    .description('Runs plans of commands that depend on each other, and leaves no process behind.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({ outputError: (text, write) => write(`${shownMessage(text)}\n`) })
    .showHelpAfterError('(dagmar --help says what there is)')
    .addHelpText('after', examples)
    .exitOverride()
  addRunCommand(program)
  addCheckCommand(program)
  addTestCommand(program)
  addGraphCommand(program)
  addSimulateCommand(program)
  addInspectCommand(program)
  addInitCommand(program)
  addTellCommand(program)
  addSupervisorCommand(program)
  addCompletionCommand(program)
  return program
}
