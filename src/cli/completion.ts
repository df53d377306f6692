import { Argument, type Command } from 'commander'

const examples = `
Examples:
  source <(dagmar completion bash)                                         in ~/.bashrc
  source <(dagmar completion zsh)                                          in ~/.zshrc, after compinit
  dagmar completion fish > ~/.config/fish/completions/dagmar.fish

Completes commands, options, plan files, and after --only and --from the tasks of the plan; jobs
and their tasks, where a supervisor is there to be asked.
`

/** `dagmar completion`: prints what makes a shell complete dagmar's words. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .summary('print completion for a shell')
    .description('Prints a script that makes a shell complete the words of dagmar.')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', examples)
    .action(async (shell: 'bash' | 'zsh' | 'fish', _flags: object, command: Command) => {
      const { completionScript } = await import('./completion/completion-script.ts')
      command.configureOutput().writeOut!(completionScript(program, shell))
    })
}
