import { Command } from 'commander'
import { shownMessage } from '../text/shown-text.ts'
import { addActingCommands, addForgettingCommands } from './acting-on-jobs.ts'
import { addAgentCommands } from './agents.ts'
import { addCheckCommand } from './check.ts'
import { addCompletionCommand } from './completion.ts'
import { addDispatchCommand } from './dispatch.ts'
import { addExplainingCommands } from './explaining-jobs.ts'
import { addGraphCommand } from './graph.ts'
import { addInspectCommand } from './inspect.ts'
import { addInitCommand } from './init.ts'
import { addLookingCommands } from './looking-at-jobs.ts'
import { addRunCommand } from './run.ts'
import { addSimulateCommand } from './simulate.ts'
import { addSupervisorCommand } from './supervisor.ts'
import { addTellCommand } from './tell.ts'
import { addTestCommand } from './test.ts'

const examples = `
To begin with:
  dagmar init                      write a small plan
  dagmar run plan.yaml             run it, and see it live
  dagmar dispatch plan.yaml        run it in the background instead
  dagmar jobs                      what runs there
  dagmar jobs %-1 --watch          see the latest live

dagmar help <command> has more of each.
`

/** The command line with all its commands; each loads what it does when it is called. */
export function createProgram(version: string): Command {
  const program = new Command('dagmar')
    .description('Runs plans of commands that depend on each other, and leaves no process behind.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureOutput({ outputError: (text, write) => write(`${shownMessage(text)}\n`) })
    .showHelpAfterError('(dagmar --help says what there is)')
    .addHelpText('after', examples)
    .exitOverride()
  program.commandsGroup('Plans, here and now:').helpCommand('help [command]', 'print the help of a command')
  addRunCommand(program)
  addCheckCommand(program)
  addTestCommand(program)
  addGraphCommand(program)
  addSimulateCommand(program)
  addInspectCommand(program)
  addInitCommand(program)
  addTellCommand(program)
  addCompletionCommand(program)
  program.commandsGroup('Jobs, in the background:')
  addDispatchCommand(program)
  addLookingCommands(program)
  addActingCommands(program)
  addExplainingCommands(program)
  addForgettingCommands(program)
  addAgentCommands(program)
  addSupervisorCommand(program)
  return program
}
