import { DagmarError } from '../../errors/dagmar-error.ts'
import { didYouMean, show } from '../../graph/read-values.ts'
import { isSettledStatus, type JobQuery, type JobStatus } from '../../jobs/job.ts'
import { readPastInstant } from './read-instant.ts'
import { jobStatuses } from './job-look.ts'

/** The options with which jobs are chosen, as commander gives them. */
export interface FilterFlags {
  readonly status?: readonly string[]
  readonly project?: string
  readonly name?: string
  readonly label?: readonly string[]
  readonly since?: string
}

/** What the options ask for; undefined where none is given. Throws `CONFIG_INVALID`. */
export function queryOf(flags: FilterFlags, now: number): JobQuery | undefined {
  const { status, project, name, label, since } = flags
  const query: JobQuery = {
    ...(status === undefined ? {} : { status: readStatuses(status) }),
    ...(project === undefined ? {} : { project }),
    ...(name === undefined ? {} : { name }),
    ...(label === undefined ? {} : { labels: readLabels(label) }),
    ...(since === undefined ? {} : { since: readPastInstant('--since', since, now) }),
  }
  return Object.keys(query).length === 0 ? undefined : query
}

const sets: Readonly<Record<string, readonly JobStatus[]>> = {
  open: jobStatuses.filter((status) => !isSettledStatus(status)),
  settled: jobStatuses.filter(isSettledStatus),
}

function readStatuses(given: readonly string[]): readonly JobStatus[] {
  const words = given.flatMap((text) => text.split(',')).map((text) => text.trim().toLowerCase())
  return [...new Set(words.flatMap(readStatus))]
}

function readStatus(word: string): readonly JobStatus[] {
  const set = Object.hasOwn(sets, word) ? sets[word] : undefined
  if (set !== undefined) return set
  const status = jobStatuses.find((known) => known === word)
  if (status !== undefined) return [status]
  throw new DagmarError('CONFIG_INVALID', {
    message: `No job has the status ${show(word)}.${didYouMean(word, [...jobStatuses, ...Object.keys(sets)])}`,
    hint: `It is one of ${jobStatuses.join(', ')}; open stands for those that are not settled, and settled for the last three.`,
  })
}

/** `key=value` each. Throws `CONFIG_INVALID`. */
export function readLabels(given: readonly string[]): Readonly<Record<string, string>> {
  const labels = given.map((text): [string, string] => {
    const equals = text.indexOf('=')
    if (equals >= 1) return [text.slice(0, equals), text.slice(equals + 1)]
    throw new DagmarError('CONFIG_INVALID', {
      message: `--label is ${show(text)}, but it must be a key and a value, as in team=web.`,
    })
  })
  // Not by assignment, because of a label named __proto__.
  return Object.fromEntries(labels)
}
