import { noTasks } from '../../events/task-view.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { connect, type Connection, type Row, type Statement } from '../../stores/sqlite/driver.ts'
import { fromSpec, type Placeless } from './summary-of.ts'
import type { TaskCounts } from '../job.ts'
import type { JobSpec } from '../spec.ts'

/** What is kept of a job beside the journal of its run. */
export interface KeptJob {
  readonly spec: JobSpec
  /** The name of its environment. */
  readonly environment: string
  /** True where it is held back by a pause, before it has a run. */
  readonly isHeld: boolean
  /** Its summary at its end; undefined while it is open. */
  readonly settled: Placeless | undefined
}

const tableVersion = 1

interface Waiting {
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/**
 * The jobs of a state directory, in a database. What is put within one turn of the event loop is one transaction, and
 * safe when its promise resolves.
 */
export class JobTable {
  readonly #connection: Connection
  readonly #put: Statement
  readonly #delete: Statement
  readonly #changes = new Map<string, KeptJob | undefined>()
  #isClosed = false
  #waiting: Waiting[] = []
  #isArmed = false

  constructor(path: string) {
    this.#connection = connect(path)
    this.#connection.exec(
      'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000',
    )
    const version = Number(this.#connection.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
    if (version > tableVersion) {
      this.#connection.close()
      throw new DagmarError('STORE_NEWER', {
        message: `The jobs in ${path} were written by a later dagmar (version ${version}, and this one knows ${tableVersion}).`,
        hint: 'Use that dagmar.',
        facts: { path, version },
      })
    }
    this.#connection.exec(
      `CREATE TABLE IF NOT EXISTS job (id TEXT PRIMARY KEY, spec TEXT NOT NULL, environment TEXT NOT NULL,
       held INTEGER NOT NULL, settled TEXT) WITHOUT ROWID; PRAGMA user_version = ${tableVersion}`,
    )
    this.#put = this.#connection.prepare('INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?)')
    this.#delete = this.#connection.prepare('DELETE FROM job WHERE id = ?')
  }

  /** All jobs, by id. What cannot be read is told, and left out. */
  all(warn: (sentence: string) => void): KeptJob[] {
    const kept: KeptJob[] = []
    for (const row of this.#connection.prepare('SELECT * FROM job ORDER BY id').all()) {
      try {
        kept.push(jobIn(row))
      } catch (thrown) {
        warn(`The job ${String(row['id'])} cannot be read: ${thrownText(thrown)}`)
      }
    }
    return kept
  }

  /** Resolves when it is safe. */
  put(job: KeptJob): Promise<void> {
    this.#changes.set(job.spec.id, job)
    return this.#change()
  }

  remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#changes.set(id, undefined)
    return this.#change()
  }

  close(): void {
    this.#flush()
    this.#isClosed = true
    try {
      this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // It takes room, and is read again with the next start.
    }
    this.#connection.close()
  }

  #change(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the table of jobs is closed'))
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    if (!this.#isArmed) {
      this.#isArmed = true
      setImmediate(() => this.#flush())
    }
    return done
  }

  #flush(): void {
    this.#isArmed = false
    const changes = [...this.#changes]
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#changes.clear()
    this.#waiting = []
    try {
      this.#connection.exec('BEGIN IMMEDIATE')
      for (const [id, job] of changes) {
        if (job === undefined) this.#delete.run(id)
        else this.#write(job)
      }
      this.#connection.exec('COMMIT')
    } catch (thrown) {
      this.#rollBack()
      for (const { reject } of waiting) reject(thrown)
      return
    }
    for (const { resolve } of waiting) resolve()
  }

  #write({ spec, environment, isHeld, settled }: KeptJob): void {
    // A settled job has no environment.
    const isOpen = settled === undefined
    this.#put.run(
      spec.id,
      JSON.stringify(spec),
      isOpen ? environment : '',
      isHeld ? 1 : 0,
      isOpen ? null : JSON.stringify(shortened(settled)),
    )
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK')
    } catch {
      // There is nothing left to undo.
    }
  }
}

function jobIn(row: Row): KeptJob {
  const spec = JSON.parse(String(row['spec'])) as JobSpec
  const { settled } = row
  return {
    spec,
    environment: String(row['environment']),
    isHeld: row['held'] === 1,
    settled: typeof settled === 'string' ? whole(spec, JSON.parse(settled) as Shortened) : undefined,
  }
}

type Shortened = Omit<Placeless, keyof ReturnType<typeof fromSpec> | 'counts'> & {
  readonly counts: Partial<TaskCounts>
}

/** There may be many thousand of them: what the spec has, and how many tasks are nowhere, is not written. */
function shortened({
  id: _id,
  name: _name,
  project: _project,
  labels: _labels,
  dispatchedAt: _at,
  notBefore: _notBefore,
  after: _after,
  counts,
  ...rest
}: Placeless): Shortened {
  return { ...rest, counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) }
}

function whole(spec: JobSpec, { counts, ...rest }: Shortened): Placeless {
  return { ...fromSpec(spec), ...rest, counts: { ...noTasks(), ...counts } }
}
