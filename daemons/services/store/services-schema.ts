/**
 * The tables of `services.db`: those of accounts, and what services know of them beyond. A migration that has shipped never changes.
 * docs/services.md says the same for whoever reads the file with another program.
 */
import { ACCOUNT_TABLES } from '../../identity/store/schema.ts';
import type { SqliteSchema } from '../../runtime/files/sqlite-schema.ts';
import { CHANSERV_TABLES, FOUNDER_TABLES } from '../chanserv/channel-tables.ts';
import { HELP_TABLES } from '../helpserv/help-tables.ts';
import { BINDING_TABLES } from '../modcmd/binding-tables.ts';
import { OPSERV_TABLES } from '../opserv/tables.ts';
import { PUSH_TABLES } from '../push/push-tables.ts';
import { SOCKCHECK_TABLES } from '../sockcheck/sock-tables.ts';
import { SPAM_TABLES } from '../spamserv/spam-tables.ts';

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

const STANDING = `
  -- What operators have set of an account, and how its owner wants to be answered; NULL where it is as for everybody.
  ALTER TABLE profiles ADD COLUMN level INTEGER NOT NULL DEFAULT 0;
  -- Letters, each once: see docs/services.md.
  ALTER TABLE profiles ADD COLUMN flags TEXT NOT NULL DEFAULT '';
  ALTER TABLE profiles ADD COLUMN epithet TEXT;
  ALTER TABLE profiles ADD COLUMN privmsg INTEGER;
  ALTER TABLE profiles ADD COLUMN style TEXT;
  ALTER TABLE profiles ADD COLUMN width INTEGER;
  ALTER TABLE profiles ADD COLUMN color INTEGER;
  ALTER TABLE profiles ADD COLUMN language TEXT;
  -- Since when its owner is away for longer, and since when they know that it is unused.
  ALTER TABLE profiles ADD COLUMN vacation_since INTEGER;
  ALTER TABLE profiles ADD COLUMN expiry_told INTEGER;

  -- nick!user@host masks of whom the owner wants to hear nothing by way of bots.
  CREATE TABLE ignores (
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    mask TEXT NOT NULL,
    added INTEGER NOT NULL,
    PRIMARY KEY (account, mask)
  ) STRICT, WITHOUT ROWID;

  -- What operators wrote down about an account, for each other.
  CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    written_by TEXT NOT NULL,
    written INTEGER NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX notes_by_account ON notes (account);

  -- One for each account at most: what happens when somebody shows the ten characters that a mail brought. Only a keyed hash of
  -- them is kept; NULL before the mail is sent. Of a change of address each of two mails brings one half.
  CREATE TABLE cookies (
    account INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    hash BLOB,
    second_hash BLOB,
    -- Of 'password_change' and 'activation' the verifiers, of 'email_change' the new address.
    data TEXT,
    expires INTEGER NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- Mail that is to be sent; its text, and the cookie in it, are made when it is.
  CREATE TABLE mail_queue (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    -- Where whoever asked for it is.
    asked_from TEXT NOT NULL,
    queued INTEGER NOT NULL,
    due INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    problem TEXT
  ) STRICT;
  CREATE INDEX mail_queue_by_due ON mail_queue (due);
  CREATE INDEX mail_queue_by_account ON mail_queue (account);

  -- Accounts that were given up, whole, until they can be brought back no more.
  CREATE TABLE dropped_accounts (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    dropped INTEGER NOT NULL,
    dropped_by TEXT NOT NULL,
    -- JSON: rows by table.
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dropped_accounts_by_time ON dropped_accounts (dropped);
`;

const WEBHOOK = `
  -- What webhooks have told. The event (JSON) goes when it was acted upon, the rest when nobody can send it again.
  CREATE TABLE webhook_events (
    id TEXT PRIMARY KEY,
    received INTEGER NOT NULL,
    event TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX webhook_events_by_time ON webhook_events (received);
`;

const FLOWS = `
  -- Work of several steps that is not at its end: where it stands, and what it has found out (JSON). A row goes with its last step.
  CREATE TABLE flows (
    -- In the order in which they began; never used again.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    step TEXT NOT NULL,
    data TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    begun INTEGER NOT NULL,
    due INTEGER NOT NULL,
    problem TEXT
  ) STRICT;

  -- What accounts have on a channel (JSON) here and in Keycloak, when both were last the same.
  CREATE TABLE channel_sync (channel TEXT PRIMARY KEY, access TEXT NOT NULL, synced INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const KEYCLOAK_STANDING = `
  -- Who is disabled in Keycloak is suspended by it, and that is said in one place.
  UPDATE accounts SET suspended_reason = 'The account is disabled in Keycloak.', suspended_by = 'Keycloak',
    suspended_at = (SELECT linked FROM keycloak_users WHERE account = accounts.id)
    WHERE suspended_reason IS NULL AND id IN (SELECT account FROM keycloak_users WHERE disabled = 1);
  ALTER TABLE keycloak_users DROP COLUMN disabled;
  -- The level of an operator that both sides had when they were last the same; NULL where they were never compared.
  ALTER TABLE keycloak_users ADD COLUMN level INTEGER;
`;

const RUN_MARKS = `
  -- On which run of the machine services run (NULL after an end by wish), and behind which user of Keycloak they go on to look at all of
  -- them because it stopped; see sync/machine-stops.ts.
  CREATE TABLE run_marks (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT, behind TEXT) STRICT;
`;

const TAKEN = `
  -- Which accounts and channels of the IRC server's own store came in or were here already: what has ended here does not come again.
  CREATE TABLE taken_accounts (key TEXT NOT NULL, created INTEGER NOT NULL, PRIMARY KEY (key, created)) STRICT, WITHOUT ROWID;
  CREATE TABLE taken_channels (key TEXT NOT NULL, registered INTEGER NOT NULL, PRIMARY KEY (key, registered)) STRICT, WITHOUT ROWID;
`;

export const SERVICES_SCHEMA: SqliteSchema = {
  applicationId: APPLICATION_ID,
  // In the order in which they landed; what bots keep for themselves is beside them.
  migrations: [
    ACCOUNTS,
    CHANNELS,
    PROFILES,
    KEYCLOAK,
    STANDING,
    WEBHOOK,
    FLOWS,
    CHANSERV_TABLES,
    HELP_TABLES,
    SPAM_TABLES,
    BINDING_TABLES,
    KEYCLOAK_STANDING,
    OPSERV_TABLES,
    RUN_MARKS,
    PUSH_TABLES,
    FOUNDER_TABLES,
    TAKEN,
    SOCKCHECK_TABLES,
  ],
};
