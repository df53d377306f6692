import { noTasks } from '../../events/task-view.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { bytesIn, connect, type Connection, type Row, type Statement } from '../../stores/sqlite/driver.ts'
import { packed, unpacked } from '../../stores/sqlite/packed-text.ts'
import { transact } from '../../stores/sqlite/transaction.ts'
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
  /** Its number in the list; 0 where it was kept without one. */
  readonly place: number
  /** Its summary at its end; undefined while it is open. */
  readonly settled: Placeless | undefined
}

/** 1 had settled jobs beside the open ones, as they were. */
const tableVersion = 2

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
  readonly #putEnded: Statement
  readonly #deleteEnded: Statement
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
       held INTEGER NOT NULL, settled TEXT) WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS ended (id TEXT PRIMARY KEY, packed BLOB NOT NULL) WITHOUT ROWID`,
    )
    this.#put = this.#connection.prepare('INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, NULL)')
    this.#delete = this.#connection.prepare('DELETE FROM job WHERE id = ?')
    this.#putEnded = this.#connection.prepare('INSERT OR REPLACE INTO ended VALUES (?, ?)')
    this.#deleteEnded = this.#connection.prepare('DELETE FROM ended WHERE id = ?')
    if (version < tableVersion) transact(this.#connection, () => this.#bringUpToDate())
  }

  #bringUpToDate(): void {
    for (const { id, spec, settled } of this.#connection
      .prepare('SELECT id, spec, settled FROM job WHERE settled IS NOT NULL')
      .all()) {
      this.#putEnded.run(String(id), packed(`${String(spec)}\n${String(settled)}`, 'job'))
      this.#delete.run(String(id))
    }
    this.#connection.exec(`PRAGMA user_version = ${tableVersion}`)
  }

  /** All jobs, by id; those without a number last. What cannot be read is told, and left out. */
  all(warn: (sentence: string) => void): KeptJob[] {
    const kept: KeptJob[] = []
    const rows = this.#connection.prepare(
      `SELECT id, spec, environment, held, NULL AS packed FROM job
       UNION ALL SELECT id, NULL, NULL, NULL, packed FROM ended ORDER BY id`,
    )
    for (const row of rows.all()) {
      try {
        kept.push(row['packed'] === null ? openIn(row) : endedIn(row))
      } catch (thrown) {
        warn(`The job ${String(row['id'])} cannot be read: ${thrownText(thrown)}`)
      }
    }
    return kept.toSorted((a, b) => Number(a.place === 0) - Number(b.place === 0))
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
      this.#connection.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
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
      transact(this.#connection, () => {
        for (const [id, job] of changes) this.#write(id, job)
      })
    } catch (thrown) {
      for (const { reject } of waiting) reject(thrown)
      return
    }
    for (const { resolve } of waiting) resolve()
  }

  /** Each where it belongs, and nowhere else. */
  #write(id: string, job: KeptJob | undefined): void {
    const isOpen = job !== undefined && job.settled === undefined
    if (!isOpen) this.#delete.run(id)
    if (isOpen || job === undefined) this.#deleteEnded.run(id)
    if (job === undefined) return
    const { spec, environment, isHeld, place, settled } = job
    const numbered = { ...spec, place }
    if (settled === undefined) this.#put.run(id, JSON.stringify(numbered), environment, isHeld ? 1 : 0)
    else {
      const { id: _id, ...rest } = numbered
      const text = `${JSON.stringify(rest)}\n${JSON.stringify(shortened(settled))}`
      this.#putEnded.run(id, packed(text, 'job'))
    }
  }
}

/** A spec as it is kept. */
type Numbered = JobSpec & { readonly place?: number }

function openIn({ spec, environment, held }: Row): KeptJob {
  const { place = 0, ...rest } = JSON.parse(String(spec)) as Numbered
  return {
    spec: rest,
    place,
    environment: String(environment),
    isHeld: held === 1,
    settled: undefined,
  }
}

/** Nobody needs its environment any more, and there may be many thousand of its kind. */
function endedIn({ id, packed: bytes }: Row): KeptJob {
  const [kept, end] = unpacked(bytesIn(bytes)!).split('\n') as [string, string]
  const { place = 0, ...rest } = JSON.parse(kept) as Omit<Numbered, 'id'>
  const spec = { ...rest, id: String(id) }
  return { spec, environment: '', isHeld: false, place, settled: whole(spec, JSON.parse(end) as Shortened) }
}

type Shortened = Omit<Placeless, keyof ReturnType<typeof fromSpec> | 'counts'> & {
  readonly counts: Partial<TaskCounts>
}

/** What the spec has, and how many tasks are nowhere, is not written. */
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
