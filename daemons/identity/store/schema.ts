/**
 * The tables of `accounts.db` as numbered migrations: `PRAGMA user_version` says how many were applied. A migration that has
 * shipped never changes. docs/accounts.md says the same for whoever reads the file with another program.
 */
import type { SqliteSchema } from '../../runtime/files/sqlite-schema.ts';

/** Marks the file as ours ("SgAc"). */
const APPLICATION_ID = 0x5367_4163;

/** The tables of accounts, as every database has them that accounts are in. */
export const ACCOUNT_TABLES = [
  `
  CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    -- The name folded by IRC's casemapping rfc1459; no two accounts have the same.
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Times are Unix milliseconds.
    created INTEGER NOT NULL,
    last_login INTEGER,
    email TEXT,
    -- Suspended where the reason is not NULL.
    suspended_reason TEXT,
    suspended_by TEXT,
    suspended_at INTEGER,
    -- Failed logins since the last one that succeeded.
    failed INTEGER NOT NULL DEFAULT 0,
    failed_from TEXT,
    failed_at INTEGER
  ) STRICT;

  -- What is kept of the password: kind 'argon2id' is a PHC string, 'scram-sha-256' is
  -- SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey in base64. Both are of the password prepared by SASLprep.
  CREATE TABLE credentials (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (account, kind)
  ) STRICT, WITHOUT ROWID;

  -- SHA-256 of client certificates, lower-case hex.
  CREATE TABLE fingerprints (
    fingerprint TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    added INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX fingerprints_by_account ON fingerprints (account);

  -- The nicks of an account, its own name among them.
  CREATE TABLE nicks (
    key TEXT PRIMARY KEY,
    nick TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    added INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX nicks_by_account ON nicks (account);

  -- Where an account was logged in to from: the address, or its /64 of IPv6.
  CREATE TABLE known_networks (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (account, network)
  ) STRICT, WITHOUT ROWID;

  -- 'scram-decoy': from which salts of accounts are made that do not exist.
  CREATE TABLE secrets (name TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- Channels that belong to an account, which end with it.
  CREATE TABLE channels (
    -- The name folded by IRC's casemapping rfc1459.
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    founder INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- Since when the channel is, which linked servers compare.
    created INTEGER NOT NULL,
    registered INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX channels_by_founder ON channels (founder);

  -- Who else has status there: level is 'op' or 'voice'.
  CREATE TABLE channel_access (
    channel TEXT NOT NULL REFERENCES channels (key) ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    level TEXT NOT NULL,
    added INTEGER NOT NULL,
    PRIMARY KEY (channel, account)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX channel_access_by_account ON channel_access (account);
  `,
] as const;

/** What the file is marked with, and its tables. */
export const SCHEMA: SqliteSchema = { applicationId: APPLICATION_ID, migrations: ACCOUNT_TABLES };
