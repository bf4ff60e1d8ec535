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

const KEYCLOAK = `
  -- Accounts whose owner is a user of Keycloak, which knows their password; what is kept here of it is what it was at the last login.
  CREATE TABLE keycloak_users (
    account INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    -- Id and name of the user there.
    user TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL,
    linked INTEGER NOT NULL,
    -- Whether the user was disabled there when Keycloak was last asked: 1 or 0.
    disabled INTEGER NOT NULL DEFAULT 0,
    -- When the password was changed there that the credentials here are of, Unix milliseconds; NULL where that is not known.
    password_at INTEGER
  ) STRICT;
`;

export const SERVICES_SCHEMA: SqliteSchema = {
  applicationId: APPLICATION_ID,
  migrations: [ACCOUNTS, CHANNELS, PROFILES, KEYCLOAK],
};
