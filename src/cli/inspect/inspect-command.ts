import { existsSync, realpathSync } from 'node:fs'
import type { OutputConfiguration } from 'commander'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { inspectFacts } from '../../inspector/inspect.ts'
import { readFacts } from '../../inspector/saved/read-facts.ts'
import { isJournal, readJournal } from '../../stores/journal/read-run.ts'
import { shownText } from '../../text/shown-text.ts'
import type { LoadDoor } from '../job-options.ts'
import { exported, type InspectFlags, servedAt, shownUntilSignal } from './shown-page.ts'

export interface InspectSurroundings {
  readonly load: LoadDoor
  readonly output: OutputConfiguration
}

/** Writes the page, or serves it until a signal comes. Resolves with the exit code; rejects with `DagmarError`. */
export async function inspectCommand(
  what: string | undefined,
  flags: InspectFlags,
  surroundings: InspectSurroundings,
): Promise<number> {
  refuseContradictions(what, flags)
  if (what !== undefined && isFile(what)) return inspectFile(what, flags, surroundings.output)
  const [{ inspectJobs }, door] = await Promise.all([import('./inspect-jobs.ts'), surroundings.load()])
  const jobs = await door.connect()
  try {
    return await inspectJobs(jobs, what, flags, surroundings.output)
  } finally {
    await jobs.close()
  }
}

async function inspectFile(path: string, flags: InspectFlags, output: OutputConfiguration): Promise<number> {
  const served = servedAt(flags)
  if (flags.control === true) throw misuse('--control is for jobs: a run that was written down is over.')
  if (flags.export !== undefined && isSameFile(path, flags.export))
    throw misuse(`--export would write over ${path}, which is what it reads. Give the page another name.`)
  const { facts, notes } = await (path === '-'
    ? readFacts(process.stdin)
    : readFacts(isJournal(path) ? linesIn(path) : path, path))
  for (const note of notes) output.writeErr!(`dagmar: ${shownText(note)}\n`)
  if (flags.export !== undefined) return exported(facts, flags.export, output)
  await shownUntilSignal(await inspectFacts(facts, { ...served, keepAlive: true }), 'the run is', output)
  return 0
}

function isSameFile(read: string, written: string): boolean {
  try {
    return realpathSync(read) === realpathSync(written)
  } catch {
    return false
  }
}

/** What has a dot or a slash in it is no id: that there is no such file is what a person wants to hear. */
function isFile(what: string): boolean {
  return what === '-' || existsSync(what) || /[./\\]/.test(what)
}

function refuseContradictions(what: string | undefined, flags: InspectFlags): void {
  if (flags.export === undefined) return
  if (flags.open === true || flags.port !== undefined || flags.control === true)
    throw misuse('--export writes the page and serves nothing: leave --port, --open and --control out.')
  if (what === undefined)
    throw misuse('--export writes one run: say which job, or which file, as in dagmar inspect %-1.')
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}

/** The facts of a file of `dagmar/journal`, as `dagmar run --json` would have printed them. */
async function* linesIn(path: string): AsyncGenerator<string> {
  for (const fact of await readJournal(path)) yield `${JSON.stringify(fact)}\n`
}
