import type { Command } from 'commander'
import { bashScript } from './bash-script.ts'
import { completedCommands } from './completed-command.ts'
import { fishScript } from './fish-script.ts'
import { zshScript } from './zsh-script.ts'

/** The completion of a program for a shell, as a script for it. */
export function completionScript(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const commands = completedCommands(program)
  switch (shell) {
    case 'bash':
      return bashScript(commands)
    case 'zsh':
      return zshScript(commands)
    case 'fish':
      return fishScript(commands)
  }
}
