/**
 * The tables of `messages.db` as numbered migrations: `PRAGMA user_version` says how many were applied. A migration that has shipped
 * never changes.
 */
import type { SqliteSchema } from '../../runtime/files/sqlite-schema.ts';

/** Marks the file as ours ("SgMs"). */
const APPLICATION_ID = 0x5367_4d73;

export const SCHEMA: SqliteSchema = {
  applicationId: APPLICATION_ID,
  migrations: [
    `
    -- What messages belong to: 'c' and the folded name of a channel, 'a' and that of an account.
    CREATE TABLE scopes (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      -- What it has, so that nobody has to count.
      messages INTEGER NOT NULL DEFAULT 0,
      bytes INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE messages (
      -- Grows with every message of the server.
      seq INTEGER PRIMARY KEY,
      scope INTEGER NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
      -- When it was said and when it came, Unix milliseconds.
      at INTEGER NOT NULL,
      kept INTEGER NOT NULL,
      -- 1 for what is no message.
      event INTEGER NOT NULL,
      msgid TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      -- With whom it was, in private, folded.
      peer_nick TEXT,
      peer_account TEXT,
      data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX messages_by_scope ON messages (scope, seq, event);
    CREATE INDEX messages_by_id ON messages (msgid) WHERE msgid <> '';

    -- Accounts that may read a channel, from what came after an order on.
    CREATE TABLE readers (
      scope INTEGER NOT NULL REFERENCES scopes (id) ON DELETE CASCADE,
      account TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (scope, account)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX readers_by_account ON readers (account);

    -- One row: the batch that was written last, and the highest order of all that ever were.
    CREATE TABLE progress (run TEXT NOT NULL, batch INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT;
    INSERT INTO progress VALUES ('', 0, 0);
    `,
    `
    -- With all that a question compares, so that of what does not fit nothing is read but the index: an account may have a hundred
    -- thousand messages, none of them with whom is asked for.
    DROP INDEX messages_by_scope;
    CREATE INDEX messages_by_scope ON messages (scope, seq, event, at, peer_nick, peer_account);
    `,
    `
    -- How much of a scope is kept, where that is another amount than of any.
    ALTER TABLE scopes ADD COLUMN most_messages INTEGER;
    ALTER TABLE scopes ADD COLUMN keep_ms INTEGER;
    `,
  ],
};
