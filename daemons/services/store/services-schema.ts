/**
 * The tables of `services.db`: those of accounts, and what services know of them beyond. A migration that has shipped never changes.
 * docs/services.md says the same for whoever reads the file with another program.
 */
import { ACCOUNT_TABLES } from '../../identity/store/schema.ts';
import type { SqliteSchema } from '../../runtime/files/sqlite-schema.ts';

/** Marks the file as ours ("SgSv"). */
const APPLICATION_ID = 0x5367_5376;

const [ACCOUNTS, CHANNELS] = ACCOUNT_TABLES;

const PROFILES = `
  -- What an owner has set of an account; none where nothing was.
  CREATE TABLE profiles (
    account INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    info TEXT,
    max_logins INTEGER
  ) STRICT;

  -- user@host masks that an account may be used from; none: from anywhere.
  CREATE TABLE host_masks (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mask TEXT NOT NULL,
    added INTEGER NOT NULL,
    PRIMARY KEY (account, mask)
  ) STRICT, WITHOUT ROWID;

  -- When accounts of the IRC server's own store were taken over, and how many.
  CREATE TABLE taken_over (at INTEGER NOT NULL, accounts INTEGER NOT NULL, channels INTEGER NOT NULL) STRICT;
`;

export const SERVICES_SCHEMA: SqliteSchema = {
  applicationId: APPLICATION_ID,
  migrations: [ACCOUNTS, CHANNELS, PROFILES],
};
