import { asError } from '../../errors/foreign-value.ts'
import { agentsJournal } from '../../events/agent-facts.ts'
import type { RunFact } from '../../events/facts.ts'
import { type RunSummary, summaryAfter } from '../../events/run-summary.ts'
import type { AppendGroup } from '../../ports/store.ts'
import { checksumOf, lineOf } from '../durable/fact-lines.ts'
import { fenced, gap, keyTaken, runExists, runUnknown } from '../refusals.ts'
import type { Connection } from './driver.ts'
import type { SqliteJournal } from './sqlite-journal.ts'
import { stored, storedLabels, told } from './stored-text.ts'
import { transact } from './transaction.ts'

/** A row holds this many characters at most, but for one fact that is longer. */
const rowLength = 64 * 1024

/** Some facts as they lie in a row. */
interface Lines {
  readonly seq: number
  readonly text: string
}

/** A group that is ready to be written. */
export interface Spelled {
  readonly journal: SqliteJournal
  readonly facts: readonly RunFact[]
  readonly rows: readonly Lines[]
  /** Why it cannot be written, whatever the journal is like. */
  readonly fault: Error | undefined
}

/** What a journal is like once its group is committed. */
interface Written {
  readonly journal: SqliteJournal
  readonly key: number
  readonly summary: RunSummary
}

export function spell({ journal, facts }: AppendGroup): Spelled {
  const spelled = { journal: journal as SqliteJournal, facts }
  try {
    return { ...spelled, rows: rowsOf(facts), fault: undefined }
  } catch (thrown) {
    return { ...spelled, rows: [], fault: asError(thrown) }
  }
}

function rowsOf(facts: readonly RunFact[]): readonly Lines[] {
  const rows: Lines[] = []
  let lines: string[] = []
  let length = 0
  let seq = 0
  for (const fact of facts) {
    const line = lineOf(fact)
    if (lines.length > 0 && length + line.length > rowLength) {
      rows.push({ seq, text: lines.join('\n') })
      lines = []
      length = 0
    }
    if (lines.length === 0) ({ seq } = fact)
    lines.push(line)
    length += line.length + 1
  }
  rows.push({ seq, text: lines.join('\n') })
  return rows
}

/** Writes groups, all in one transaction: what is refused in one takes no other with it. */
export class GroupWriter {
  readonly #connection: Connection
  readonly #statements

  constructor(connection: Connection) {
    this.#connection = connection
    this.#statements = {
      addRun: connection.prepare(
        `INSERT INTO runs (id, name, status, labels, idempotency_key, created_at, settled_at, seq, fence)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      ),
      moveRun: connection.prepare(
        'UPDATE runs SET status = ?, settled_at = ?, seq = ? WHERE key = ? AND fence = ? AND seq = ?',
      ),
      own: connection.prepare('INSERT OR REPLACE INTO owners (run, owner) VALUES (?, ?)'),
      disown: connection.prepare('DELETE FROM owners WHERE run = ?'),
      unpacked: connection.prepare('INSERT INTO unpacked (run) VALUES (?) ON CONFLICT DO NOTHING'),
      addFacts: connection.prepare('INSERT INTO facts (run, seq, checksum, lines) VALUES (?, ?, ?, ?)'),
      runAt: connection.prepare('SELECT fence, seq FROM runs WHERE key = ?'),
      keyOf: connection.prepare('SELECT key FROM runs WHERE id = ?'),
      withKey: connection.prepare('SELECT id FROM runs WHERE idempotency_key = ?'),
    }
  }

  /** Throws what SQLite throws; then nothing is written. */
  write(groups: readonly Spelled[]): readonly (Error | undefined)[] {
    const written: Written[] = []
    const answers = transact(this.#connection, () =>
      groups.map((group) => {
        const done = group.fault ?? this.#writeGroup(group)
        if (done instanceof Error) return done
        written.push(done)
        return undefined
      }),
    )
    for (const { journal, key, summary } of written) {
      journal.key = key
      journal.seq = summary.seq
      journal.summary = summary
    }
    return answers
  }

  #writeGroup({ journal, facts, rows }: Spelled): Written | Error {
    const { runId, seq } = journal
    const stray = facts.find((fact, index) => fact.seq !== seq + index + 1)
    if (stray !== undefined) return gap(runId, seq, stray.seq)
    let { summary } = journal
    for (const fact of facts) summary = summaryAfter(summary, fact)
    if (summary === undefined && runId === agentsJournal) summary = ofAgents(facts)
    if (summary === undefined) return gap(runId, 0, facts[0]!.seq)
    const key = journal.key === undefined ? this.#addRun(journal, summary) : this.#moveRun(journal, summary)
    if (typeof key !== 'number') return key
    for (const row of rows) this.#statements.addFacts.run(key, row.seq, checksumOf(row.text), row.text)
    this.#noteOwner(journal, key, summary.settledAt !== undefined)
    return { journal, key, summary }
  }

  /** Nobody owns a settled run, and whoever opens it again by what he appends owns it from then on. */
  #noteOwner({ owner, summary: before }: SqliteJournal, key: number, isSettled: boolean): void {
    const { own, disown, unpacked } = this.#statements
    if (isSettled) {
      disown.run(key)
      unpacked.run(key)
    } else if (before === undefined || before.settledAt !== undefined) own.run(key, owner)
  }

  #addRun({ runId, fence }: SqliteJournal, summary: RunSummary): number | Error {
    const { name, status, labels, idempotencyKey, createdAt, settledAt = null, seq } = summary
    const { addRun, keyOf, withKey } = this.#statements
    const id = stored(runId)
    const storedKey = idempotencyKey === undefined ? null : stored(idempotencyKey)
    const about = [stored(name), status, storedLabels(labels), storedKey, createdAt, settledAt, seq, fence]
    const { changes } = addRun.run(id, ...about)
    const key = keyOf.get(id)?.['key']
    if (Number(changes) === 1) return Number(key)
    if (key !== undefined) return runExists(runId)
    return keyTaken(idempotencyKey!, told(String(withKey.get(storedKey!)?.['id'])))
  }

  #moveRun(journal: SqliteJournal, summary: RunSummary): number | Error {
    const { runId, key, fence, seq } = journal
    const { moveRun, runAt } = this.#statements
    const { changes } = moveRun.run(summary.status, summary.settledAt ?? null, summary.seq, key!, fence, seq)
    if (Number(changes) === 1) return key!
    const run = runAt.get(key!)
    if (run === undefined) return runUnknown(runId)
    return run['fence'] === fence ? gap(runId, Number(run['seq']), seq + 1) : fenced(runId)
  }
}

/** The row of the journal that belongs to no run. Nobody is shown it. */
function ofAgents(facts: readonly RunFact[]): RunSummary {
  const { at: createdAt } = facts[0]!
  return { runId: agentsJournal, name: '', status: 'running', labels: {}, seq: facts.at(-1)!.seq, createdAt }
}
