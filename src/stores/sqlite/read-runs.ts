import { agentsJournal } from '../../events/agent-facts.ts'
import type { RunFact } from '../../events/facts.ts'
import type { RunSummary } from '../../events/run-summary.ts'
import type { RunQuery } from '../../ports/store.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { checksumOf, factOf } from '../durable/fact-lines.ts'
import { bytesIn, type Connection, type Row, type Statement, type Value } from './driver.ts'
import { summaryIn } from './open-run.ts'
import { unpacked } from './packed-text.ts'
import { stored } from './stored-text.ts'

/** So many bytes are read before others have a turn. */
const sliceBytes = 1024 * 1024
const sliceRows = 512
/** A packed row has up to 64 KiB of text, or one row as it was appended. */
const slicePackedRows = 16

/** Reads what is in the database, whoever writes meanwhile. */
export class Reader {
  readonly #path: string
  readonly #connection: Connection
  readonly #run: Statement
  readonly #packedTo: Statement
  readonly #firstPacked: Statement
  readonly #packedRows: Statement
  readonly #first: Statement
  readonly #firstOf: Statement
  readonly #sizes: Statement
  readonly #rows: Statement

  constructor(path: string, connection: Connection) {
    this.#path = path
    this.#connection = connection
    this.#run = connection.prepare('SELECT key, seq FROM runs WHERE id = ?')
    this.#packedTo = connection.prepare('SELECT packed FROM runs WHERE key = ?')
    this.#firstPacked = connection.prepare(
      'SELECT max(key) & 4294967295 AS seq FROM packed WHERE key BETWEEN (? << 32) AND (? << 32 | ?)',
    )
    this.#packedRows = connection.prepare(
      `SELECT key & 4294967295 AS seq, checksum, lines FROM packed
      WHERE key BETWEEN (? << 32 | ?) AND (? << 32 | ?) ORDER BY key LIMIT ${slicePackedRows}`,
    )
    this.#first = connection.prepare('SELECT max(seq) AS seq FROM facts WHERE run = ? AND seq <= ?')
    this.#firstOf = connection.prepare('SELECT min(seq) AS seq FROM facts WHERE run = ?')
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
    let at = this.#fromFirst(runId, key, from)
    while (at <= last) {
      const packedTo = this.#packedTo.get(key)?.['packed']
      // It was dropped meanwhile.
      if (packedTo === undefined) return facts
      const began = at
      for (const row of this.#slice(key, at, last, Number(packedTo))) {
        const seq = Number(row['seq'])
        const lines = this.#linesIn(row, runId).slice(at - seq, last + 1 - seq)
        // Rows that follow are missing.
        if (at < seq || lines.length === 0) break
        for (const line of lines) facts.push(factOf(line))
        at += lines.length
      }
      if (at === began) {
        // Unless it was packed between one look and the next, or trimmed: then all that was read so far was, too.
        const first = this.#fromFirst(runId, key, at)
        if (first > at) {
          facts.length = 0
          at = first
        } else if (this.#packedTo.get(key)?.['packed'] === packedTo) throw this.#damaged(runId, at)
      }
      if (at <= last) await nextTurn()
    }
    return facts
  }

  /** The journal of the facts about agents may have lost its beginning. */
  #fromFirst(runId: string, key: number, from: number): number {
    const first = runId === agentsJournal ? Number(this.#firstOf.get(key)?.['seq'] ?? 1) : 1
    return Math.max(first, from)
  }

  /** Rows in their order. The first of them has the fact. */
  #slice(key: number, at: number, last: number, packedTo: number): readonly Row[] {
    if (at <= packedTo) {
      const first = Number(this.#firstPacked.get(key, key, at)?.['seq'] ?? at)
      return this.#packedRows.all(key, first, key, Math.min(last, packedTo))
    }
    const first = Number(this.#first.get(key, at)?.['seq'] ?? at)
    return this.#rows.all(key, first, this.#endOfSlice(key, first, last))
  }

  /** The first fact of the last row of the slice that begins at a row. */
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

  #linesIn({ seq, checksum, lines }: Row, runId: string): readonly string[] {
    const content = bytesIn(lines) ?? String(lines)
    if (checksumOf(content) !== checksum) throw this.#damaged(runId, Number(seq))
    return (typeof content === 'string' ? content : unpacked(content)).split('\n')
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
