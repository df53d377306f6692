import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { thrownText } from '../../errors/foreign-value.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Home } from '../home.ts'
import { type KeptEnvironment, type Variables, withoutSecrets } from '../spool/job-environment.ts'
import type { IsSecret } from '../spool/secret-names.ts'
import { writeSafely } from '../spool/spool-file.ts'

/**
 * The environments of the jobs that are not settled, each a file of its own, which jobs with the same one share. It is
 * removed when the last of them is settled. Secret variables are kept in memory alone.
 */
export class Environments {
  readonly #folder: string
  readonly #isSecret: IsSecret
  /** How many open jobs have it, by name. */
  readonly #users = new Map<string, number>()
  readonly #known = new Map<string, Variables>()
  /** Names by the very object: jobs that are dispatched together have the same one. */
  readonly #names = new WeakMap<Variables, string>()

  constructor({ environments }: Pick<Home, 'environments'>, isSecret: IsSecret) {
    this.#folder = environments
    this.#isSecret = isSecret
  }

  /** Keeps it, and returns its name. One more job has it. */
  add(all: Variables): string {
    const same = this.#names.get(all)
    if (same !== undefined && this.#users.has(same)) {
      this.use(same)
      return same
    }
    const { variables, secrets, secret } = withoutSecrets(all, this.#isSecret)
    // Of the secrets only the names are in the digest: a value could be guessed from it.
    const text = JSON.stringify({ variables, secrets } satisfies KeptEnvironment)
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 32)
    let name = digest
    // The same variables with other secrets are another environment.
    for (let more = 1; !this.#isSame(name, secret); more++) name = `${digest}-${more}`
    if (!existsSync(this.#path(name))) writeSafely(this.#path(name), text)
    this.#known.set(name, all)
    this.#names.set(all, name)
    this.use(name)
    return name
  }

  /** One more job has it. */
  use(name: string): void {
    this.#users.set(name, (this.#users.get(name) ?? 0) + 1)
  }

  /** A job that has it is settled. */
  release(name: string): void {
    const left = (this.#users.get(name) ?? 0) - 1
    if (left > 0) {
      this.#users.set(name, left)
      return
    }
    this.#users.delete(name)
    this.#known.delete(name)
    rmSync(this.#path(name), { force: true })
  }

  /** Removes what no open job has. */
  sweep(): void {
    for (const file of readdirSync(this.#folder)) {
      if (!this.#users.has(file.replace(/\.json$/, ''))) rmSync(join(this.#folder, file), { force: true })
    }
  }

  /** The variables of it. Secret ones that are not known any more are those of this process. Throws `SECRET_LOST`. */
  variables(name: string): Variables {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const read = this.#read(name)
    const found: Record<string, string> = { ...read.variables }
    for (const secret of read.secrets) {
      const value = process.env[secret]
      if (value === undefined) {
        throw new DagmarError('SECRET_LOST', {
          message: `The variable ${secret} is secret, so that it was not kept, and it is not in the environment of the supervisor either.`,
          hint: 'Stop the supervisor, and start it where the variable is set: dagmar supervisor stop, then dagmar jobs.',
          facts: { variable: secret },
        })
      }
      found[secret] = value
    }
    this.#known.set(name, found)
    return found
  }

  #isSame(name: string, secret: Variables): boolean {
    const known = this.#known.get(name)
    if (known === undefined) return true
    return Object.entries(secret).every(([variable, value]) => known[variable] === value)
  }

  #read(name: string): KeptEnvironment {
    try {
      return JSON.parse(readFileSync(this.#path(name), 'utf8')) as KeptEnvironment
    } catch (thrown) {
      throw new DagmarError('SECRET_LOST', {
        message: `The environment of the job cannot be read: ${thrownText(thrown)}.`,
        hint: 'Dispatch it again, or redrive it: a redrive brings an environment of its own.',
        facts: { path: this.#path(name) },
      })
    }
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`)
  }
}
