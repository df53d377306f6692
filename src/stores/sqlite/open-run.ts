import type { RunState } from '../../../machines/dag.ts'
import type { RunSummary } from '../../events/run-summary.ts'
import type { OpenOptions, Owner } from '../../ports/store.ts'
import { isAlive, showOwner, thisProcess } from '../durable/owner.ts'
import { runOwned, runUnknown } from '../refusals.ts'
import type { Connection, Row } from './driver.ts'
import type { SqliteJournal } from './sqlite-journal.ts'
import { stored, told, toldLabels } from './stored-text.ts'
import { transact } from './transaction.ts'

/** Makes somebody the owner of a run and raises its fence. Throws as `Store.open`, and what SQLite throws. */
export function openRun(
  connection: Connection,
  runId: string,
  owner: Owner,
  { takeOver = false }: OpenOptions,
): SqliteJournal {
  return transact(connection, () => {
    const row = connection.prepare('SELECT * FROM runs WHERE id = ?').get(stored(runId))
    if (row === undefined) throw runUnknown(runId)
    const key = Number(row['key'])
    const held = row['settled_at'] === null ? ownerOf(connection, key) : undefined
    if (!takeOver && held !== undefined && held.id !== owner.id && isAlive(held)) {
      throw runOwned(runId, held, showOwner(held))
    }
    const [fence, seq] = [Number(row['fence']) + 1, Number(row['seq'])]
    const kept = storedOwner(owner)
    connection.prepare('UPDATE runs SET fence = ? WHERE key = ?').run(fence, key)
    connection.prepare('INSERT OR REPLACE INTO owners (run, owner) VALUES (?, ?)').run(key, kept)
    return { runId, lastSeq: seq, owner: kept, fence, key, seq, summary: summaryIn(row) }
  })
}

export function storedOwner(owner: Owner): string {
  return JSON.stringify({ process: thisProcess(), ...owner })
}

function ownerOf(connection: Connection, run: number): Owner | undefined {
  const row = connection.prepare('SELECT owner FROM owners WHERE run = ?').get(run)
  return row === undefined ? undefined : (JSON.parse(String(row['owner'])) as Owner)
}

/** A row of runs as what a list shows. */
export function summaryIn(row: Row): RunSummary {
  const { idempotency_key: key, settled_at: settledAt } = row
  return {
    runId: told(String(row['id'])),
    name: told(String(row['name'])),
    status: String(row['status']) as RunState,
    labels: toldLabels(String(row['labels'])),
    ...(typeof key === 'string' ? { idempotencyKey: told(key) } : {}),
    seq: Number(row['seq']),
    createdAt: Number(row['created_at']),
    ...(typeof settledAt === 'number' ? { settledAt } : {}),
  }
}
