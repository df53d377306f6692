import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { thrownText } from '../../errors/foreign-value.ts'
import { isRecord } from '../../graph/read-values.ts'
import type { Home } from '../home.ts'
import { resolveJobId } from '../job-id.ts'
import { type JobSpec, specVersion } from '../spec.ts'
import type { Variables } from '../spool/job-environment.ts'
import { environmentFile, specFile } from '../spool/spool-file.ts'
import type { Environments } from './environments.ts'
import type { JobBook } from './job-book.ts'
import type { JobList } from './job-list.ts'
import { readSpec } from './read-spec.ts'

export interface SpoolTaker {
  readonly book: JobBook
  readonly list: JobList
  readonly environments: Environments
  readonly warn: (sentence: string) => void
}

/** Why a job in the spool is no job. What the system says of its file is another matter, and may pass. */
class NoJob extends Error {}

/**
 * Takes up the jobs in the spool, in the order of their dispatch, which numbers them. Resolves with how many of them
 * could not be made safe elsewhere, and lie there still.
 */
export async function takeSpool(home: Home, { book, list, environments, warn }: SpoolTaker): Promise<number> {
  const found: { readonly spec: JobSpec; readonly file: string }[] = []
  let left = 0
  const keeps = (file: string, thrown: unknown): void => {
    left++
    warn(`The job in ${file} cannot be taken out of the spool yet: ${thrownText(thrown)}`)
  }
  for (const file of readdirSync(home.spool).toSorted()) {
    if (!file.endsWith('.json') || file.startsWith('.')) continue
    const id = file.slice(0, -'.json'.length)
    try {
      // It was taken before, by one that died before it could remove the file.
      if (list.find(id) !== undefined) remove(home, id)
      else {
        const spec = specIn(home, id)
        if (spec !== undefined) found.push({ spec, file })
      }
    } catch (thrown) {
      if (thrown instanceof NoJob) {
        // It stays, under a name that nobody looks for.
        renameSync(specFile(home, id), `${specFile(home, id)}.bad`)
        rmSync(environmentFile(home, id), { force: true })
        warn(`The spool has no job in ${file}, which is put aside as ${file}.bad: ${thrown.message}`)
      } else keeps(file, thrown)
    }
  }
  async function take(spec: JobSpec, file: string): Promise<void> {
    try {
      const environment = environments.add(readEnvironment(home, spec.id, warn))
      try {
        await book.add(withWholeIds(spec, list), environment)
      } catch (thrown) {
        environments.release(environment)
        throw thrown
      }
      remove(home, spec.id)
    } catch (thrown) {
      keeps(file, thrown)
    }
  }
  found.sort((a, b) => a.spec.dispatchedAt - b.spec.dispatchedAt || (a.file < b.file ? -1 : 1))
  await Promise.all(found.map(({ spec, file }) => take(spec, file)))
  return left
}

/** The jobs that it waits for may be given by parts of their ids. One that is not there counts as gone. */
function withWholeIds(spec: JobSpec, list: JobList): JobSpec {
  if (spec.after === undefined) return spec
  const wholeId = (given: string): string => {
    try {
      return resolveJobId(given, list)
    } catch {
      return given
    }
  }
  return { ...spec, after: spec.after.map(wholeId) }
}

/** Undefined for one of a later version of dagmar, which takes it when its supervisor comes. Throws `NoJob`. */
function specIn(home: Home, id: string): JobSpec | undefined {
  const text = readFileSync(specFile(home, id), 'utf8')
  try {
    const value: unknown = JSON.parse(text)
    if (!isRecord(value) || value['id'] !== id) throw new NoJob('it is not a job with that id')
    if (typeof value['version'] === 'number' && value['version'] > specVersion) return undefined
    if (value['version'] !== specVersion) throw new NoJob(`it has version ${String(value['version'])}`)
    return readSpec(value)
  } catch (thrown) {
    throw thrown instanceof NoJob ? thrown : new NoJob(thrownText(thrown))
  }
}

/** One that is gone, or broken, is an empty one: the job then says what it lacks. */
function readEnvironment(home: Home, id: string, warn: SpoolTaker['warn']): Variables {
  try {
    const value: unknown = JSON.parse(readFileSync(environmentFile(home, id), 'utf8'))
    if (isEnvironment(value)) return value
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code !== undefined && code !== 'ENOENT') throw thrown
  }
  warn(`The environment of ${id} is lost: its commands get an empty one.`)
  return {}
}

function isEnvironment(value: unknown): value is Variables & Readonly<Record<string, unknown>> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string')
}

function remove(home: Home, id: string): void {
  rmSync(specFile(home, id), { force: true })
  rmSync(environmentFile(home, id), { force: true })
}
