import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Connection } from './driver.ts'
import { transact } from './transaction.ts'

/**
 * What brings a database from the version of its place in the list to the next. A step that has been in a release is
 * never changed.
 *
 * A row of facts is what one append told of one run, or a part of that: lines of JSON from the fact `seq` on, and their
 * checksum. A row a fact would take several times the room and the time. Rows lie in the order in which they come, so that
 * an append to many runs touches few pages.
 */
const migrations: readonly string[] = [
  `CREATE TABLE runs (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    labels TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    settled_at INTEGER,
    seq INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    owner TEXT
  );
  CREATE INDEX runs_by_creation ON runs (created_at);
  CREATE INDEX runs_by_settlement ON runs (settled_at) WHERE settled_at IS NOT NULL;
  CREATE TABLE facts (
    key INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    lines TEXT NOT NULL
  );
  CREATE UNIQUE INDEX facts_by_run ON facts (run, seq);
  CREATE TABLE dropped (run INTEGER PRIMARY KEY);`,
  // The number of a row is the fence of its claim: with every claim a new row, it never comes again.
  `CREATE TABLE claims (
    fence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    ended TEXT,
    ended_at INTEGER
  );
  CREATE INDEX claims_by_end ON claims (ended_at) WHERE ended_at IS NOT NULL;`,
  // What a settled run has told moves to `packed`, up to the fact that its row in `runs` says. A key there is the number of
  // the run and the `seq` of the row's first fact in one, so that no index is needed. `unpacked` has the runs to look at.
  // Owners have a table of their own, since rows that become shorter leave room that nothing else is put into.
  `ALTER TABLE runs ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE packed (
    key INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL,
    lines BLOB NOT NULL
  );
  CREATE TABLE unpacked (run INTEGER PRIMARY KEY);
  INSERT INTO unpacked SELECT key FROM runs WHERE settled_at IS NOT NULL;
  CREATE TABLE owners (run INTEGER PRIMARY KEY, owner TEXT NOT NULL);
  INSERT INTO owners SELECT key, owner FROM runs WHERE owner IS NOT NULL AND settled_at IS NULL;
  ALTER TABLE runs DROP COLUMN owner;`,
]

/** 'dgmr': by this SQLite's own tools know whose file it is. */
const applicationId = 0x64_67_6d_72

/** Makes the tables of a new database, or brings those of an older version up to date. */
export function prepareSchema(connection: Connection, path: string): void {
  transact(connection, () => {
    const version = numberOf(connection, 'user_version')
    const isNew = version === 0 && connection.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
    if (!isNew && numberOf(connection, 'application_id') !== applicationId) throw notOurs(path)
    if (version > migrations.length) throw tooNew(path, version)
    for (const migration of migrations.slice(version)) connection.exec(migration)
    if (version < migrations.length) {
      connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`)
    }
  })
}

function numberOf(connection: Connection, pragma: string): number {
  return Number(Object.values(connection.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])
}

function tooNew(path: string, version: number): DagmarError {
  return new DagmarError('STORE_NEWER', {
    message: `The database ${path} has version ${version}, and this dagmar knows those up to ${migrations.length}.`,
    hint: 'Use the dagmar that has written it, or a later one.',
    facts: { path, version, known: migrations.length },
  })
}

function notOurs(path: string): DagmarError {
  return new DagmarError('STORE_UNAVAILABLE', {
    message: `The database ${path} belongs to another program: it has tables, and none of them are dagmar's.`,
    hint: 'Give another path.',
    facts: { path },
  })
}
