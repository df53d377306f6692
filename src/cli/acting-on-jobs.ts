import type { Command } from 'commander'
import { addActing, type LoadDoor, loadSystemDoor, withJobs, whichJob, whichJobs } from './job-options.ts'
import type { ActFlags } from './jobs/act-on-jobs.ts'
import type { TaskFlags } from './jobs/job-verbs.ts'
import type { PruneFlags } from './jobs/prune-jobs.ts'

const wordsOfJobs = `${whichJobs}; after one job perhaps a task of it`

const asks = `
Several jobs are touched only after a question, or with --yes.

Exit codes: 0 done; 1 something could not be done, or was not wanted; 2 no such job, or nobody
could be asked.
`

const killExamples = `
Examples:
  dagmar kill a2f5                  end a job; %-1 is the latest
  dagmar kill a2f5 deploy           end one task of it
  dagmar kill --project web --yes   end all open jobs of a project
${asks}`

const pauseExamples = `
Examples:
  dagmar pause a2f5                 what runs goes on, and nothing more starts
  dagmar pause --status running     all of them
${asks}`

const resumeExamples = `
Examples:
  dagmar resume a2f5
  dagmar resume --status paused --yes
${asks}`

const drainExamples = `
Examples:
  dagmar drain a2f5   what runs may finish, nothing more starts, and then the job has ended

dagmar pause holds a job, dagmar drain ends it.
${asks}`

const redriveExamples = `
Examples:
  dagmar redrive a2f5                          what failed, and what was skipped because of it
  dagmar redrive a2f5 test                     one failed task
  dagmar redrive --status failed --since 1h    all that have failed of late

Commands get the environment of this call, so that what was wrong in it may be mended.
${asks}`

const removeExamples = `
Examples:
  dagmar rm a2f5    forget a settled job, with its output

dagmar prune forgets many.
${asks}`

const pruneExamples = `
Examples:
  dagmar prune --older-than 7d                      settled jobs that were dispatched before
  dagmar prune --older-than 1d --status completed
${asks}`

const answerExamples = `
Examples:
  dagmar answer a2f5                     print what it asks
  dagmar answer a2f5 deploy retry        a task that failed and asks: retry, skip, ignore or abort
  dagmar answer a2f5 sign "yes, do"      a task whose command asks something

Exit codes: 0 answered, 2 nothing is asked there.
`

interface Acting {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly examples: string
  readonly verb: 'pauseJobs' | 'resumeJobs' | 'drainJobs' | 'removeJobs'
}

const simple = {
  pause: {
    name: 'pause',
    summary: 'start nothing more in a job, for now',
    description: 'Starts nothing more in jobs until they are resumed. What runs goes on.',
    examples: pauseExamples,
    verb: 'pauseJobs',
  },
  resume: {
    name: 'resume',
    summary: 'go on with a paused job',
    description: 'Goes on with jobs that are paused.',
    examples: resumeExamples,
    verb: 'resumeJobs',
  },
  drain: {
    name: 'drain',
    summary: 'let what runs finish, and end the job',
    description: 'Lets the running tasks of jobs finish, and ends the jobs then.',
    examples: drainExamples,
    verb: 'drainJobs',
  },
  rm: {
    name: 'rm',
    summary: 'forget a settled job',
    description: 'Forgets settled jobs, with all that they have put out.',
    examples: removeExamples,
    verb: 'removeJobs',
  },
} satisfies Readonly<Record<string, Acting>>

/** The commands that change jobs. What they do is loaded when they are called. */
export function addActingCommands(program: Command, load: LoadDoor = loadSystemDoor): void {
  program
    .command('answer')
    .summary('answer what a task asks')
    .description('Answers the question of a task, or prints what is asked.')
    .argument('<job>', whichJob)
    .argument('[task]', 'the task that asks')
    .argument('[answer]', 'the answer')
    .addHelpText('after', answerExamples)
    .action(
      async (
        id: string,
        task: string | undefined,
        answer: string | undefined,
        _flags: object,
        command: Command,
      ) => {
        const { answerJob } = await import('./jobs/answer-job.ts')
        await withJobs(load, command, (jobs, io) => answerJob(jobs, id, task, answer, io))
      },
    )
  addActing(
    program
      .command('kill')
      .summary('end a job, or a task of it')
      .description('Ends jobs, or one task of a job. Comes back when their end is confirmed.')
      .argument('[job...]', wordsOfJobs),
  )
    .option('-t, --task <task>', 'only this task of each job')
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText('after', killExamples)
    .action(async (words: readonly string[], flags: TaskFlags, command: Command) => {
      const { killJobs } = await import('./jobs/job-verbs.ts')
      await withJobs(load, command, (jobs, io) => killJobs(jobs, words, flags, io))
    })
  addSimple(program, simple.pause, load)
  addSimple(program, simple.resume, load)
  addSimple(program, simple.drain, load)
  addActing(
    program
      .command('redrive')
      .summary('start again what failed')
      .description('Opens failed or killed jobs again, or one failed task of a job.')
      .argument('[job...]', wordsOfJobs),
  )
    .option('-t, --task <task>', 'only this task of each job')
    .addHelpText('after', redriveExamples)
    .action(async (words: readonly string[], flags: TaskFlags, command: Command) => {
      const { redriveJobs } = await import('./jobs/job-verbs.ts')
      await withJobs(load, command, (jobs, io) => redriveJobs(jobs, words, flags, io))
    })
}

/** The commands that forget settled jobs. */
export function addForgettingCommands(program: Command, load: LoadDoor = loadSystemDoor): void {
  addSimple(program, simple.rm, load)
  addActing(
    program
      .command('prune')
      .summary('forget old jobs')
      .description('Forgets settled jobs that fit, with all that they have put out.'),
  )
    .option('--older-than <length>', 'those dispatched longer ago than this: 7d')
    .addHelpText('after', pruneExamples)
    .action(async (flags: PruneFlags, command: Command) => {
      const { pruneJobs } = await import('./jobs/prune-jobs.ts')
      await withJobs(load, command, (jobs, io) => pruneJobs(jobs, flags, io))
    })
}

function addSimple(
  program: Command,
  { name, summary, description, examples, verb }: Acting,
  load: LoadDoor,
): void {
  addActing(program.command(name).summary(summary).description(description).argument('[job...]', whichJobs))
    .addHelpText('after', examples)
    .action(async (ids: readonly string[], flags: ActFlags, command: Command) => {
      const verbs = await import('./jobs/job-verbs.ts')
      await withJobs(load, command, (jobs, io) => verbs[verb](jobs, ids, flags, io))
    })
}
