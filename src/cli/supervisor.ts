import type { Command } from 'commander'

/** `dagmar supervisor`. What it does is loaded when it is called. */
export function addSupervisorCommand(program: Command): void {
  const supervisor = program
    .command('supervisor')
    .summary('the process that runs the jobs in the background')
    .description('The process that runs the jobs of a state directory. It is started when it is needed.')
  supervisor
    .command('run', { hidden: true })
    .description('Is the supervisor, in the foreground, until no job is open for a minute.')
    .action(async () => {
      const { runSupervisor } = await import('./supervisor/run-supervisor.ts')
      process.exitCode = await runSupervisor()
    })
}
