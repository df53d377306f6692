import type { Command } from 'commander'
import { type LoadDoor, loadSystemDoor, withJobs } from './job-options.ts'
import type { UsageFlags } from './jobs/list-agents.ts'

const usageExamples = `
Examples:
  dagmar usage                     what each agent has used
  dagmar usage --by day            what all of them have used each day, in UTC
  dagmar usage --by job --since 2h
  dagmar usage --by model --json

Tokens are input and output, less what was returned for attempts that failed or were killed. What is older than
yesterday is known by the day, for 400 days; which job has used it for 31.
`

/** The commands about the agents that do the tasks of jobs. What they do is loaded when they are called. */
export function addAgentCommands(program: Command, load: LoadDoor = loadSystemDoor): void {
  program
    .command('agents')
    .summary('list who does the tasks of jobs, and what they may still spend')
    .description(
      "Lists the agents of the user's configuration, with their load and what is left of their allowance today.",
    )
    .option('--json', 'print them as a JSON array')
    .action(async (flags: { readonly json?: boolean }, command: Command) => {
      const { listAgents } = await import('./jobs/list-agents.ts')
      await withJobs(load, command, (jobs, io) => listAgents(jobs, flags, io))
    })
  program
    .command('usage')
    .summary('say what agents have used')
    .description('Adds up what agents have used, over all jobs.')
    .option('--by <key>', 'agent, model, job or day', 'agent')
    .option('--since <time>', 'since then: 2h, 14:30, 2026-11-26')
    .option('--json', 'print it as a JSON array')
    .addHelpText('after', usageExamples)
    .action(async (flags: UsageFlags, command: Command) => {
      const { listUsage } = await import('./jobs/list-agents.ts')
      await withJobs(load, command, (jobs, io) => listUsage(jobs, flags, io))
    })
}
