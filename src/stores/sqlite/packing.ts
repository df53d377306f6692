import { checksumOf } from '../durable/fact-lines.ts'
import type { Connection } from './driver.ts'
import { packed } from './packed-text.ts'
import { transact } from './transaction.ts'

const runsAtOnce = 32
const rowsAtOnce = 512
/** So many bytes are packed in one step, which holds up what else there is to do. */
const bytesAtOnce = 256 * 1024
/** Rows are put together up to this length. */
const rowLength = 64 * 1024
/** A fact that is longer stays where it is, and what follows it: it would be written twice. */
const longest = 1024 * 1024

/** Some facts of a run, in the rows in which they were appended. */
interface Part {
  readonly from: number
  readonly to: number
  readonly text: string
}

/**
 * Packs what settled runs have told, a little at a time. Most runs are never read again, and keep their facts in less than
 * half the room for that; nobody notices, since a reader unpacks what it reads.
 */
export class Packing {
  readonly #connection: Connection
  readonly #statements

  constructor(connection: Connection) {
    this.#connection = connection
    this.#statements = {
      waiting: connection.prepare(`SELECT run FROM unpacked LIMIT ${runsAtOnce}`),
      runAt: connection.prepare('SELECT seq, packed, settled_at FROM runs WHERE key = ?'),
      sizes: connection.prepare(
        `SELECT seq, octet_length(lines) AS size FROM facts WHERE run = ? AND seq > ? ORDER BY seq LIMIT ${rowsAtOnce}`,
      ),
      rows: connection.prepare(
        'SELECT seq, checksum, lines FROM facts WHERE run = ? AND seq BETWEEN ? AND ? ORDER BY seq',
      ),
      add: connection.prepare('INSERT INTO packed (key, checksum, lines) VALUES (? << 32 | ?, ?, ?)'),
      remove: connection.prepare('DELETE FROM facts WHERE run = ? AND seq BETWEEN ? AND ?'),
      moveTo: connection.prepare('UPDATE runs SET packed = ? WHERE key = ?'),
      isDone: connection.prepare('DELETE FROM unpacked WHERE run = ?'),
    }
  }

  /** Takes one step, in a transaction of its own. False when there is nothing left to do. Throws what SQLite throws. */
  step(): boolean {
    // To look locks nobody out.
    const { waiting } = this.#statements
    if (waiting.all().length === 0) return false
    transact(this.#connection, () => {
      let room = bytesAtOnce
      for (const { run } of waiting.all()) {
        room -= this.#pack(Number(run))
        if (room <= 0) return
      }
    })
    return true
  }

  /** How many characters it has packed. */
  #pack(run: number): number {
    const { runAt, add, remove, moveTo, isDone } = this.#statements
    const row = runAt.get(run)
    const [last, before] = [Number(row?.['seq']), Number(row?.['packed'])]
    // One that is open again is looked at when it settles.
    const parts = row === undefined || row['settled_at'] === null ? [] : this.#partsOf(run, before)
    for (const { from, text } of parts) {
      const bytes = packed(text, 'journal')
      add.run(run, from, checksumOf(bytes), bytes)
    }
    const to = parts.at(-1)?.to ?? before
    if (parts.length > 0) {
      remove.run(run, before + 1, to)
      moveTo.run(to, run)
    }
    if (parts.length === 0 || to === last) isDone.run(run)
    return parts.reduce((length, { text }) => length + text.length, 0)
  }

  /** What comes next, as far as it is whole: what is damaged stays as it is, for whoever reads it to be told. */
  #partsOf(run: number, after: number): readonly Part[] {
    const { sizes, rows } = this.#statements
    let end = after
    let bytes = 0
    for (const { seq, size } of sizes.all(run, after)) {
      bytes += Number(size)
      if (Number(size) > longest || (bytes > bytesAtOnce && end > after)) break
      end = Number(seq)
    }
    const parts: Part[] = []
    let at = after + 1
    for (const { seq, checksum, lines } of rows.all(run, at, end)) {
      const text = String(lines)
      if (seq !== at || checksumOf(text) !== checksum) break
      const last = parts.at(-1)
      const from = at
      at += text.split('\n').length
      if (last !== undefined && last.text.length + text.length <= rowLength) {
        parts[parts.length - 1] = { from: last.from, to: at - 1, text: `${last.text}\n${text}` }
      } else parts.push({ from, to: at - 1, text })
    }
    return parts
  }
}
