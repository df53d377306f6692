import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { asError } from '../../errors/foreign-value.ts'
import { plan } from '../../graph/make-plan.ts'
import { isRecord } from '../../graph/read-values.ts'
import type { Home } from '../home.ts'
import { isJobId } from '../job-id.ts'
import { type JobSpec, specVersion } from '../spec.ts'
import type { KeptEnvironment, Variables } from '../spool/job-environment.ts'
import { environmentFile, specFile } from '../spool/spool-file.ts'
import type { Environments } from './environments.ts'
import type { JobBook } from './job-book.ts'
import type { JobList } from './job-list.ts'

export interface SpoolTaker {
  readonly book: JobBook
  readonly list: JobList
  readonly environments: Environments
  readonly warn: (sentence: string) => void
  /** What did not go through the spool, by job. */
  readonly secrets: Readonly<Record<string, Variables>>
}

/** Takes up the jobs in the spool, in the order of their ids. Resolves when all of them are safe elsewhere. */
export async function takeSpool(
  home: Home,
  { book, list, environments, warn, secrets: given }: SpoolTaker,
): Promise<void> {
  const taken: Promise<void>[] = []
  for (const file of readdirSync(home.spool).toSorted()) {
    if (!file.endsWith('.json') || file.startsWith('.')) continue
    const id = file.slice(0, -'.json'.length)
    try {
      const spec = readSpec(home, id)
      // It was taken before, by one that died before it could remove the file.
      if (list.find(id) === undefined) taken.push(take(spec))
      else remove(home, id)
    } catch (thrown) {
      // It stays, under a name that nobody looks for.
      renameSync(specFile(home, id), `${specFile(home, id)}.bad`)
      warn(`The spool has no plan in ${file}, which is put aside as ${file}.bad: ${asError(thrown).message}`)
    }
  }
  async function take(spec: JobSpec): Promise<void> {
    const { variables, secrets } = readEnvironment(home, spec.id)
    const secret = given[spec.id] ?? {}
    const lost = secrets.filter((name) => secret[name] === undefined)
    const environment = environments.add({ ...variables, ...secret }, lost)
    const added = book.add(spec, environment)
    try {
      await added
    } catch (thrown) {
      environments.release(environment)
      throw thrown
    }
    remove(home, spec.id)
  }
  await Promise.all(taken)
}

function readSpec(home: Home, id: string): JobSpec {
  const value: unknown = JSON.parse(readFileSync(specFile(home, id), 'utf8'))
  if (!isRecord(value) || value['id'] !== id || !isJobId(id)) throw new Error('it is not a job with that id')
  if (value['version'] !== specVersion) {
    throw new Error(`it has version ${String(value['version'])}, and this dagmar knows ${specVersion}`)
  }
  const spec = value as unknown as JobSpec
  plan(spec.definition)
  return spec
}

function readEnvironment(home: Home, id: string): KeptEnvironment {
  return JSON.parse(readFileSync(environmentFile(home, id), 'utf8')) as KeptEnvironment
}

function remove(home: Home, id: string): void {
  rmSync(specFile(home, id), { force: true })
  rmSync(environmentFile(home, id), { force: true })
}
