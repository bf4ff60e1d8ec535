/** The tables of SpamServ. A migration that has shipped never changes. */

export const SPAM_TABLES = `
  -- Channels that SpamServ is on.
  CREATE TABLE spam_channels (
    channel TEXT PRIMARY KEY REFERENCES channels (key) ON DELETE CASCADE,
    registered INTEGER NOT NULL,
    registered_by TEXT NOT NULL,
    -- JSON: what was set, by name.
    settings TEXT NOT NULL DEFAULT '{}'
  ) STRICT, WITHOUT ROWID;

  -- Bad words and exceptions, in small letters; kind is 'bad' or 'exception'.
  CREATE TABLE spam_words (
    channel TEXT NOT NULL REFERENCES spam_channels (channel) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (channel, kind, word)
  ) STRICT, WITHOUT ROWID;

  -- Accounts that may say anything on a channel, or everywhere where that is NULL.
  CREATE TABLE spam_trusts (
    id INTEGER PRIMARY KEY,
    channel TEXT REFERENCES spam_channels (channel) ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    added INTEGER NOT NULL,
    added_by TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX spam_trusts_once ON spam_trusts (coalesce(channel, ''), account);
  CREATE INDEX spam_trusts_by_account ON spam_trusts (account);
`;
