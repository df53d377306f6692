import type { Command } from 'commander'
import { type LoadDoor, loadSystemDoor, withJobsIfAny } from './job-options.ts'
import type { SupervisorFlags } from './jobs/supervisor-command.ts'

const examples = `
Examples:
  dagmar supervisor status        is there one, and how is it doing
  dagmar supervisor stop          live tasks may finish first
  dagmar supervisor stop --now    live tasks are ended, and begin anew with the next supervisor

One supervisor a state directory ($DAGMAR_HOME) runs its jobs. What touches a job starts it, and
it leaves when there has been nothing to do for a minute. No job is lost when it ends, or is ended.

Exit codes of status: 0 there is one, 1 there is none, or it does not answer.
`

/** `dagmar supervisor`. What it does is loaded when it is called. */
export function addSupervisorCommand(program: Command, load: LoadDoor = loadSystemDoor): void {
  const supervisor = program
    .command('supervisor')
    .summary('see or stop the process that runs the jobs')
    .description('The process that runs the jobs of a state directory. It is started when it is needed.')
    .helpCommand(false)
    .addHelpText('after', examples)
  supervisor
    .command('status')
    .summary('say how it is doing')
    .description('Says how the supervisor is doing, and starts none.')
    .option('--json', 'print it as one JSON object; null where there is none')
    .action(async (flags: SupervisorFlags, command: Command) => {
      const { supervisorStatus } = await import('./jobs/supervisor-command.ts')
      await withJobsIfAny(load, command, (jobs, io) => supervisorStatus(jobs, flags, io))
    })
  supervisor
    .command('stop')
    .summary('end it, and no job by that')
    .description('Ends the supervisor. Open jobs go on with the next one.')
    .option('--now', 'end live tasks, which begin anew then')
    .action(async (flags: SupervisorFlags, command: Command) => {
      const { stopSupervisor } = await import('./jobs/supervisor-command.ts')
      await withJobsIfAny(load, command, (jobs, io) => stopSupervisor(jobs, flags, io))
    })
  supervisor
    .command('run', { hidden: true })
    .description('Is the supervisor, in the foreground, until no job is open for a minute.')
    .action(async () => {
      const { runSupervisor } = await import('./supervisor/run-supervisor.ts')
      process.exitCode = await runSupervisor()
    })
}
