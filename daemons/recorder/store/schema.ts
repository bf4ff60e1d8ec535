/**
 * The tables of `signalbox.db` as numbered migrations: `PRAGMA user_version` says how many were applied. A migration
 * that has shipped never changes; a new one is added behind it. Applied by `openDatabase`.
 */
import type { SqliteSchema } from '../../runtime/files/sqlite-schema.ts';

/** Marks the file as ours ("SgBx"), so that a stranger's database in the data directory is left alone. */
export const APPLICATION_ID = 0x5367_4278;

/** Must be set before the first table exists. Small, because an append touches a handful of pages every second. */
export const PAGE_BYTES = 4_096;

export const MIGRATIONS: readonly string[] = [
  `
  -- A version of a source's metric list. Rows point to it by key, so a changed list leaves old rows readable.
  CREATE TABLE catalogs (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    hash TEXT NOT NULL,
    metrics TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    -- Highest in the version that the source uses now.
    turn INTEGER NOT NULL,
    UNIQUE (source, hash)
  ) STRICT;

  -- Where each source stands: its process and the totals its counters had, from which increases are computed.
  CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    catalog INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    instance INTEGER NOT NULL,
    time INTEGER NOT NULL,
    counters BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- key = catalog id * 2^36 + Unix second; data as row-codec.ts says.
  CREATE TABLE samples_1s (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE samples_10s (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE samples_1m (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  -- Histograms of the one-minute tier, a row each: key = (catalog id * 1024 + histogram) * 2^27 + Unix minute.
  CREATE TABLE histograms_1m (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

  -- Rows and bytes of each table above and of audit and states, kept along so that nobody has to count.
  CREATE TABLE tallies (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- The last batch of each run of the app: a batch that is sent again is not stored again.
  CREATE TABLE batches (epoch TEXT PRIMARY KEY, batch INTEGER NOT NULL, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    actor TEXT NOT NULL,
    origin TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    command TEXT NOT NULL,
    args TEXT NOT NULL,
    ok INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    duration_ms REAL NOT NULL,
    effects TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_by_target ON audit (target, id);

  CREATE TABLE states (
    id INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    daemon TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT
  ) STRICT;
  CREATE INDEX states_by_daemon ON states (daemon, state, time);

  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- History moves from a row a source and interval to a row a metric and chunk of intervals (chunk-codec.ts), a third of
  -- the size. What version 1 holds is not carried over; the audit trail, states and settings stay.
  DROP TABLE samples_1s;
  DROP TABLE samples_10s;
  DROP TABLE samples_1m;
  DROP TABLE histograms_1m;
  DELETE FROM tallies WHERE name LIKE 'samples%';
  INSERT INTO audit (time, actor, origin, action, target, command, args, ok, outcome, duration_ms, effects)
    SELECT unixepoch() * 1000, 'recorder', 'system', 'database.migrated', 'recorder', '', '{}', 1,
      'Metric history from before this version was removed: it is kept in another form now.', 0, '[]'
    WHERE EXISTS (SELECT 1 FROM catalogs);
  INSERT OR REPLACE INTO tallies (name, rows, bytes)
    SELECT 'audit', count(*), CAST(total(octet_length(actor) + octet_length(action) + octet_length(target) +
      octet_length(command) + octet_length(args) + octet_length(outcome) + octet_length(effects)) AS INTEGER) FROM audit;

  -- The seconds of the open minute: key = catalog id * 2^36 + Unix second; data as row-codec.ts says.
  CREATE TABLE recent (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  -- key = (catalog id * 1024 + column) * 2^27 + number of the chunk since 1970; data as chunk-codec.ts says.
  CREATE TABLE samples_1s (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE samples_10s (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE samples_1m (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE samples_5m (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  CREATE TABLE samples_20m (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  `,
  `
  -- How far deletion by age has come (prune-time.ts); one row.
  CREATE TABLE prune_time (id INTEGER PRIMARY KEY CHECK (id = 1), time INTEGER NOT NULL, held_ms INTEGER NOT NULL) STRICT;
  `,
  `
  -- Entries come from main's journal under a key, so that one that is read again is not stored again.
  ALTER TABLE audit ADD COLUMN key TEXT;
  CREATE UNIQUE INDEX audit_by_key ON audit (key) WHERE key IS NOT NULL;
  -- Up to where each segment of the journal has been read, in bytes.
  CREATE TABLE journal_places (segment TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- What was begun and has not ended yet: an entry as JSON, stored should its run of main end before.
  CREATE TABLE journal_begun (key TEXT PRIMARY KEY, run TEXT NOT NULL, entry TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- Of a slow action: its time in queue and in work and what was ahead of it, as JSON.
  ALTER TABLE audit ADD COLUMN timing TEXT;
  `,
  `
  -- Marks on charts ask for a stretch of time, and clocks that were set leave entries that are not in order of their ids.
  CREATE INDEX audit_by_time ON audit (time);
  CREATE INDEX states_by_time ON states (time);
  `,
];

/** What the file is marked with, and its tables. */
export const SCHEMA: SqliteSchema = { applicationId: APPLICATION_ID, migrations: MIGRATIONS };
