import { thrownText } from '../../errors/foreign-value.ts'
import { type SpooledJob, spoolJob } from '../../jobs/spool/spool-job.ts'
import { shownText } from '../../text/shown-text.ts'
import { commandDefinition } from './command-definition.ts'
import { dispatchedNote } from './dispatched-note.ts'
import { mayRedact } from './redacted-variables.ts'

/** Options that need no more than their value. */
const plain: ReadonlyMap<string, 'name' | 'project'> = new Map([
  ['--name', 'name'],
  ['--project', 'project'],
  ['-p', 'project'],
])
const longestValue = 200

interface PlainOptions {
  name?: string
  project?: string
}

/**
 * What `dagmar dispatch -- <command…>` does, without the rest of the command line, which takes longer to load than all of
 * this. Resolves with undefined, and has done nothing, for whatever is not as simple as that, or is wrong.
 */
export async function quickDispatch(words: readonly string[]): Promise<number | undefined> {
  const end = words.indexOf('--')
  const options = end === -1 ? undefined : optionsIn(words.slice(0, end))
  if (options === undefined || mayRedact(process.env)) return undefined
  const job = spooled(words.slice(end + 1), options)
  if (job === undefined) return undefined
  // A reader that stops early is no error.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  process.stdout.write(`${job.id}\n`)
  try {
    await job.call()
  } catch (thrown) {
    process.stderr.write(
      `dagmar: it is dispatched, but its supervisor cannot be started: ${shownText(thrownText(thrown))}\n`,
    )
    return 1
  }
  process.stderr.write(`${dispatchedNote(job.name)}\n`)
  return 0
}

function spooled(
  words: readonly string[],
  options: PlainOptions,
): (SpooledJob & { readonly name: string }) | undefined {
  try {
    const definition = commandDefinition(words, process.cwd())
    const name = options.name ?? definition.name
    return { ...spoolJob(definition, options), name }
  } catch {
    // It is said by those who have the words for it.
    return undefined
  }
}

function optionsIn(words: readonly string[]): PlainOptions | undefined {
  const options: PlainOptions = {}
  for (let at = 0; at < words.length; at += 2) {
    const field = plain.get(words[at]!)
    const value = words[at + 1]
    if (field === undefined || value === undefined || value.startsWith('-')) return undefined
    if (value.trim() === '' || value.length > longestValue) return undefined
    options[field] = value
  }
  return options
}
