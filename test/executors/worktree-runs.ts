import { type CommandOptions, command } from 'dagmar'
import { type ProcessHandle, type RunCommandOptions, startCommand } from './commands.ts'
import { newFolder } from './repositories.ts'

/** Runs a line in a worktree of the repository to its end, unless it is ended, with what was noted of it. */
export async function runInWorktree(
  root: string,
  line: string,
  options: CommandOptions & Pick<RunCommandOptions, 'taskId' | 'note'> = {},
) {
  const { taskId = 'task', note, ...own } = options
  const handles: ProcessHandle[] = []
  const worktreeDir = newFolder('worktrees')
  const run = startCommand(command(line, { cwd: root, worktree: true, ...own }), {
    worktreeDir,
    taskId,
    note: (handle) => {
      handles.push(handle)
      return note?.(handle)
    },
  })
  const last = await run.end
  return { ...run, last, handles, worktree: handles.at(-1)?.worktree, worktreeDir }
}
