import type { Command } from 'commander'
import { addFilters, type LoadDoor, loadSystemDoor, withJobs, whichJob, whichJobs } from './job-options.ts'
import type { DeadLetterFlags } from './jobs/list-dead-letters.ts'

const whyExamples = `
Examples:
  dagmar why a2f5          every task that waits, works, or has failed
  dagmar why a2f5 deploy   one task
`

const storyExamples = `
Examples:
  dagmar story a2f5         what has happened, in the order of time
  dagmar story a2f5 test    what has happened to one task
`

const deadLetterExamples = `
Examples:
  dagmar dead-letters --since 1d
  dagmar redrive a2f5 test        start one of them again
`

/** The commands that say why jobs are as they are. What they do is loaded when they are called. */
export function addExplainingCommands(program: Command, load: LoadDoor = loadSystemDoor): void {
  program
    .command('why')
    .summary('say why a job, or a task of it, is where it is')
    .description('Says what the tasks of a job wait for, or why they failed.')
    .argument('<job>', whichJob)
    .argument('[task]', 'one of its tasks')
    .addHelpText('after', whyExamples)
    .action(async (id: string, task: string | undefined, _flags: object, command: Command) => {
      const { explainJob } = await import('./jobs/explain-job.ts')
      await withJobs(load, command, (jobs, io) => explainJob(jobs, id, task, io))
    })
  program
    .command('story')
    .summary('tell what has happened to a job, or a task of it')
    .description('Tells what has happened to a job so far.')
    .argument('<job>', whichJob)
    .argument('[task]', 'one of its tasks')
    .addHelpText('after', storyExamples)
    .action(async (id: string, task: string | undefined, _flags: object, command: Command) => {
      const { tellStory } = await import('./jobs/explain-job.ts')
      await withJobs(load, command, (jobs, io) => tellStory(jobs, id, task, io))
    })
  addFilters(
    program
      .command('dead-letters')
      .summary('list tasks that have used up their attempts')
      .description('Lists the tasks of settled jobs that have used up all their attempts.')
      .argument('[job...]', whichJobs),
  )
    .option('--json', 'print them as one JSON array')
    .addHelpText('after', deadLetterExamples)
    .action(async (ids: readonly string[], flags: DeadLetterFlags, command: Command) => {
      const { listDeadLetters } = await import('./jobs/list-dead-letters.ts')
      await withJobs(load, command, (jobs, io) => listDeadLetters(jobs, ids, flags, io))
    })
}
