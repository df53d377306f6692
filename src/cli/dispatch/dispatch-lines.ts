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
  const underWay: Promise<boolean>[] = []
  let [number, done, bad] = [0, 0, 0]
  const settleFirst = async (): Promise<void> => {
    if (await underWay.shift()) done++
    else bad++
  }
  let printed: Promise<unknown> = Promise.resolve()
  const dispatchLine = async (line: string, at: number): Promise<boolean> => {
    const before = printed
    const { promise, resolve } = whenPrinted()
    printed = promise
    try {
      const planFile = parsePlan(line, { file: `line ${at}`, cwd: process.cwd() })
      const options = await readJobOptions(planFile, flags, io.now())
      const { id } = await jobs.dispatch(planFile.definition, { ...options, ...given })
      await before
      await io.print(flags.json === true ? `${JSON.stringify({ id })}\n` : `${id}\n`)
      return true
    } catch (thrown) {
      if (!(thrown instanceof DagmarError)) throw thrown
      await before
      io.note(`dagmar: line ${at}: ${shownText(thrown.problem)}`)
      return false
    } finally {
      resolve()
    }
  }
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++
    if (line.trim() === '') continue
    underWay.push(dispatchLine(line, number))
    if (underWay.length >= mostAtOnce) await settleFirst()
  }
  while (underWay.length > 0) await settleFirst()
  io.note(
    `${io.paint(`✓ dispatched ${withNoun(done, 'job')}`, 'good')}${bad === 0 ? '' : `, and not ${withNoun(bad, 'line')}`}`,
  )
  return bad === 0 ? 0 : 2
}

function whenPrinted(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
