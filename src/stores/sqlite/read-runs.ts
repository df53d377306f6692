import { agentsJournal } from '../../events/agent-facts.ts'
import type { RunFact } from '../../events/facts.ts'
import type { RunSummary } from '../../events/run-summary.ts'
import type { RunQuery } from '../../ports/store.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { checksumOf, factOf } from '../durable/fact-lines.ts'
import type { Connection, Row, Statement, Value } from './driver.ts'
import { summaryIn } from './open-run.ts'
import { stored } from './stored-text.ts'

/** So many bytes are read before others have a turn. */
const sliceBytes = 1024 * 1024
const sliceRows = 512

/** Reads what is in the database, whoever writes meanwhile. */
export class Reader {
  readonly #path: string
  readonly #connection: Connection
  readonly #run: Statement
  readonly #first: Statement
  readonly #sizes: Statement
  readonly #rows: Statement

  constructor(path: string, connection: Connection) {
    this.#path = path
    this.#connection = connection
    this.#run = connection.prepare('SELECT key, seq FROM runs WHERE id = ?')
    this.#first = connection.prepare('SELECT max(seq) AS seq FROM facts WHERE run = ? AND seq <= ?')
    this.#sizes = connection.prepare(
      `SELECT seq, octet_length(lines) AS size FROM facts WHERE run = ? AND seq >= ? ORDER BY seq LIMIT ${sliceRows}`,
    )
    this.#rows = connection.prepare(
      'SELECT seq, checksum, lines FROM facts WHERE run = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    )
  }

  async read(runId: string, from: number, limit: number): Promise<readonly RunFact[]> {
    const run = this.#run.get(stored(runId))
    if (run === undefined) return []
    const [key, last] = [Number(run['key']), Math.min(Number(run['seq']), from + limit - 1)]
    const facts: RunFact[] = []
    let at = Number(this.#first.get(key, Math.max(1, from))?.['seq'] ?? 1)
    while (at <= last) {
      const end = this.#endOfSlice(key, at, last)
      for (const row of this.#rows.all(key, at, end)) {
        if (Number(row['seq']) !== at) throw this.#damaged(runId, at)
        const lines = this.#linesIn(row, runId)
        for (const line of lines) {
          if (at >= from && at <= last) facts.push(factOf(line))
          at += 1
        }
      }
      if (at <= end) {
        // It was dropped meanwhile, or its rows are gone.
        if (this.#run.get(stored(runId))?.['key'] !== key) return facts
        throw this.#damaged(runId, at)
      }
      if (at <= last) await nextTurn()
    }
    return facts
  }

  /** The first fact of the last row of the slice that begins at a fact. */
  #endOfSlice(key: number, from: number, last: number): number {
    let bytes = 0
    let end = from
    for (const { seq, size } of this.#sizes.all(key, from)) {
      bytes += Number(size)
      if (Number(seq) > last || (bytes > sliceBytes && Number(seq) !== from)) break
      end = Number(seq)
    }
    return end
  }

  #linesIn(row: Row, runId: string): readonly string[] {
    const text = String(row['lines'])
    if (checksumOf(text) !== row['checksum']) throw this.#damaged(runId, Number(row['seq']))
    return text.split('\n')
  }

  #damaged(runId: string, seq: number): DagmarError {
    const saved = seq === 1 ? 'Nothing of it' : `What comes before, facts 1 to ${seq - 1},`
    return new DagmarError('STORE_DAMAGED', {
      message: `The database ${this.#path} is damaged: fact ${seq} of the run ${runId} is not what was written.`,
      hint: `${saved} can be read.`,
      facts: { path: this.#path, runId, seq },
    })
  }

  runs({ status, name, labels = {}, since, limit }: RunQuery): readonly RunSummary[] {
    const wanted: string[] = []
    const values: Value[] = []
    const want = (condition: string, ...given: Value[]): void => {
      wanted.push(condition)
      values.push(...given)
    }
    want('id <> ?', stored(agentsJournal))
    if (status !== undefined) want('status = ?', status)
    if (name !== undefined) want('name = ?', stored(name))
    if (since !== undefined) want('created_at >= ?', since)
    for (const [key, label] of Object.entries(labels)) {
      want(
        'EXISTS (SELECT 1 FROM json_each(labels) WHERE json_each.key = ? AND json_each.value = ?)',
        stored(key),
        stored(label),
      )
    }
    const most = limit === undefined ? -1 : limit
    const sql = `SELECT * FROM runs WHERE ${wanted.join(' AND ')} ORDER BY created_at DESC, key DESC LIMIT ?`
    return this.#connection
      .prepare(sql)
      .all(...values, most)
      .map(summaryIn)
  }

  has(runId: string): boolean {
    return this.#run.get(stored(runId)) !== undefined
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
