import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Owner } from '../../ports/store.ts'
import { closeQuietly, type Disk, syncFolder } from '../durable/disk.ts'
import { isAlive, thisProcess } from '../durable/owner.ts'
import { putSynced } from './put-file.ts'
import { fileNameOf, partAt } from './run-files.ts'

interface Claim {
  readonly runId: string
  readonly owner: Owner
}

/** Which run has which idempotency key: a file a key. */
export class Keys {
  readonly #runs: string
  readonly #folder: string

  constructor(folder: string) {
    this.#runs = folder
    this.#folder = join(folder, 'keys')
  }

  /** The run that has the key. A claim whose run was never begun, and whose owner is gone, counts for nothing. */
  runWith(key: string): string | undefined {
    const claim = this.#claimOf(key)
    if (claim === undefined) return undefined
    const isThere = existsSync(partAt(join(this.#runs, fileNameOf(claim.runId)), 1))
    return isThere || isAlive(claim.owner) ? claim.runId : undefined
  }

  /** Takes a key for a run, before the run is there. The other run that has it, if one has. */
  async claim(key: string, runId: string, owner: Owner, disk: Disk | undefined): Promise<string | undefined> {
    mkdirSync(this.#folder, { recursive: true })
    const content = `${JSON.stringify({ runId, owner: { process: thisProcess(), ...owner } } satisfies Claim)}\n`
    for (;;) {
      const file = await putSynced(this.#pathOf(key), content, disk)
      if (file !== undefined) {
        closeQuietly(file)
        if (disk !== undefined) await syncFolder(this.#folder, disk)
        return undefined
      }
      const other = this.runWith(key)
      if (other !== undefined) return other === runId ? undefined : other
      this.free(key)
    }
  }

  free(key: string): void {
    rmSync(this.#pathOf(key), { force: true })
  }

  #claimOf(key: string): Claim | undefined {
    try {
      return JSON.parse(readFileSync(this.#pathOf(key), 'utf8')) as Claim
    } catch {
      return undefined
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`)
  }
}
