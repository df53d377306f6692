import { createInterface } from 'node:readline'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { JobOptions, Jobs } from '../../jobs/client/jobs.ts'
import { parsePlan } from '../../plan-file/parse-plan.ts'
import { shownText } from '../../text/shown-text.ts'
import { withNoun } from '../../text/with-noun.ts'
import type { CommandIo } from '../jobs/command-io.ts'
import { jobNamed } from '../jobs/chosen-jobs.ts'
import { type DispatchFlags, type DispatchWords, optionsOfAfter } from './dispatch-command.ts'
import { type JobFlags, readJobOptions } from './read-job-options.ts'

/** So many may be under way at once: the supervisor writes them down together. */
const mostAtOnce = 256

export interface LinesOptions {
  readonly flags: JobFlags & { readonly json?: boolean }
  /** What the options of all of them begin with. */
  readonly given: JobOptions
}

/** Dispatches the plans on stdin over one connection: there may be thousands. Resolves with the exit code. */
export async function dispatchStdin(
  jobs: Jobs,
  { plan, words }: DispatchWords,
  flags: DispatchFlags,
  io: CommandIo,
): Promise<number> {
  if (plan.length + words.length > 0 || flags.input === '-') {
    throw new DagmarError('CONFIG_INVALID', {
      message: '--stdin reads plans from stdin: give neither a plan nor a command, and no --input -.',
    })
  }
  const given = await optionsOfAfter(flags, async (id) => (await jobNamed(jobs, id)).id)
  return dispatchLines(jobs, process.stdin, { flags, given }, io)
}

/**
 * Dispatches a plan a line, and prints an id for each in their order. A line that is no plan is told, with its number,
 * and those after it are dispatched all the same. Resolves with the exit code: 2 if there was such a line.
 */
export async function dispatchLines(
  jobs: Jobs,
  input: NodeJS.ReadableStream,
  { flags, given }: LinesOptions,
  io: CommandIo,
): Promise<number> {
  let [number, done, bad] = [0, 0, 0]
  let printed: Promise<void> = Promise.resolve()
  const underWay: Promise<void>[] = []
  const tell = async (at: number, outcome: Promise<Outcome>): Promise<void> => {
    const { id, thrown } = await outcome
    if (id !== undefined) {
      done++
      await io.print(flags.json === true ? `${JSON.stringify({ id })}\n` : `${id}\n`)
    } else {
      if (!(thrown instanceof DagmarError)) throw thrown
      bad++
      const place = `line ${at}:`
      // A problem of the plan itself begins with its place.
      const problem = thrown.problem.startsWith(place) ? thrown.problem : `${place} ${thrown.problem}`
      io.note(`dagmar: ${shownText(problem)}`)
    }
  }
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line.trim() === '') continue
    const at = number
    const outcome = dispatchLine(jobs, line, at, { flags, given }, io.now())
    printed = printed.then(() => tell(at, outcome))
    underWay.push(printed)
    if (underWay.length >= mostAtOnce) await underWay.shift()
  }
  await printed
  io.note(
    bad === 0
      ? io.paint(`✓ dispatched ${withNoun(done, 'job')}`, 'good')
      : io.paint(`dispatched ${withNoun(done, 'job')}, and not ${withNoun(bad, 'line')}`, 'odd'),
  )
  return bad === 0 ? 0 : 2
}

type Outcome =
  | { readonly id: string; readonly thrown?: undefined }
  | { readonly id?: undefined; readonly thrown: unknown }

async function dispatchLine(
  jobs: Jobs,
  line: string,
  at: number,
  { flags, given }: LinesOptions,
  now: number,
): Promise<Outcome> {
  try {
    const planFile = parsePlan(line, { file: `line ${at}`, cwd: process.cwd() })
    const options = await readJobOptions(planFile, flags, now)
    return { id: (await jobs.dispatch(planFile.definition, { ...options, ...given })).id }
  } catch (thrown) {
    return { thrown }
  }
}
