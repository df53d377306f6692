import { isDeepStrictEqual } from 'node:util'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { PlanFileError } from '../../errors/plan-file-error.ts'
import type { JobOptions } from '../../jobs/client/jobs.ts'
import type { PlanAgent } from '../../plan-file/agents-of.ts'
import type { PlanFile } from '../../plan-file/parse-plan.ts'
import type { CommandIo } from '../jobs/command-io.ts'
import { agentsOfUser, readPlan } from '../read-plan.ts'
import { asksForAgents } from '../run/agents-for.ts'
import { isDagModule } from '../run/dag-module-path.ts'
import { commandPlan } from './command-plan.ts'
import { dispatchedNote } from './dispatched-note.ts'
import type { Dispatcher } from './dispatcher.ts'
import { type JobFlags, readJobOptions } from './read-job-options.ts'

/** The options of `dagmar dispatch` as commander gives them. */
export interface DispatchFlags extends JobFlags {
  readonly stdin?: boolean
  readonly json?: boolean
}

/** What stands on the command line before `--`, and after it. */
export interface DispatchWords {
  readonly plan: readonly string[]
  readonly words: readonly string[]
}

/** Prints the id of what is dispatched. Resolves with the exit code. Rejects before anything is dispatched. */
export async function dispatchCommand(
  dispatcher: Dispatcher,
  operands: DispatchWords,
  flags: DispatchFlags,
  io: CommandIo,
): Promise<number> {
  const given = await optionsOfAfter(flags, (id) => dispatcher.idOf(id))
  const planFile = await planOf(operands, flags)
  const options = await readJobOptions(planFile, flags, io.now())
  const job = await dispatcher.dispatch(planFile.definition, { ...options, ...given })
  await io.print(flags.json === true ? `${JSON.stringify({ id: job.id })}\n` : `${job.id}\n`)
  await job.call()
  io.note(dispatchedNote(options.name ?? planFile.plan.name, given.after, io.paint))
  return 0
}

/** The whole ids of what is waited for. */
export async function optionsOfAfter(
  { after = [] }: Pick<DispatchFlags, 'after'>,
  idOf: (given: string) => string | Promise<string>,
): Promise<Pick<JobOptions, 'after'>> {
  return after.length === 0 ? {} : { after: await Promise.all(after.map(async (id) => idOf(id))) }
}

async function planOf({ plan, words }: DispatchWords, { input }: DispatchFlags): Promise<PlanFile> {
  const [path, ...more] = plan
  if (words.length > 0) {
    if (path === undefined) return commandPlan(words, process.cwd())
    throw misuse(`There is a plan, ${path}, and a command after --: dispatch them one by one.`)
  }
  if (path === undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'Nothing says what to dispatch.',
      hint: 'Give a plan, or a command after --, as in dagmar dispatch -- npm test.',
    })
  }
  if (more.length > 0) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `There are ${plan.length} words, but a plan is one.`,
      hint: `For a command, put -- before it: dagmar dispatch -- ${plan.join(' ')}`,
    })
  }
  if (path === '-' && input === '-') throw misuse('The plan and --input cannot both come from stdin.')
  if (isDagModule(path)) {
    throw new PlanFileError('PLAN_UNREADABLE', {
      file: path,
      message: `${path} is a module, whose handlers are functions of a process. A job outlives the process that dispatches it, so its plan is data: YAML or JSON.`,
      hint: `dagmar run ${path} runs it here, and dagmar dispatch -- dagmar run ${path} does so in the background.`,
    })
  }
  return withoutOwnAgents(await readPlan(path))
}

/** The supervisor has the agents of the configuration, which all jobs share. Throws `CONFIG_INVALID` for others. */
async function withoutOwnAgents(planFile: PlanFile): Promise<PlanFile> {
  if (planFile.agents.length === 0 || !asksForAgents(planFile.plan)) return planFile
  const known = await agentsOfUser(process.env)
  // One that goes by the name of another would be given the prompts of the plan by the limits of that one.
  const isKnown = (agent: PlanAgent): boolean => known.some((one) => isDeepStrictEqual(one, agent))
  const own = planFile.agents.filter((agent) => !isKnown(agent)).map(({ options }) => options.id)
  if (own.length === 0) return planFile
  throw new DagmarError('CONFIG_INVALID', {
    message: `${planFile.file} has agents of its own (${own.join(', ')}), and jobs are done by those of your configuration alone.`,
    hint: 'Move agents into your configuration, which all plans share, or run the plan with dagmar run.',
  })
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}
