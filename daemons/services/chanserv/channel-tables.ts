/**
 * What ChanServ keeps of channels that belong to accounts, beside the tables of `identity/store/schema.ts`. A migration: once it has
 * shipped it never changes. docs/services.md says the same for whoever reads the file with another program.
 */
export const CHANSERV_TABLES = `
  -- What the access of an account comes to, from 1 to 500; NULL where only "op" (200) or "voice" (1) is known.
  ALTER TABLE channel_access ADD COLUMN rank INTEGER;
  -- 1 where IRC servers are not told of it, because its owner shall have no status by themselves.
  ALTER TABLE channel_access ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;

  -- What is known of somebody on a channel, the founder included.
  CREATE TABLE channel_users (
    channel TEXT NOT NULL REFERENCES channels (key) ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- When they were there last, Unix milliseconds.
    seen INTEGER,
    info TEXT,
    auto_op INTEGER NOT NULL DEFAULT 1,
    auto_invite INTEGER NOT NULL DEFAULT 0,
    auto_join INTEGER NOT NULL DEFAULT 0,
    -- Until when their access counts for nothing: 0 for ever, NULL where it counts.
    suspended_until INTEGER,
    -- When their access ends, or goes back to the rank \`back_to\`.
    expires INTEGER,
    back_to INTEGER,
    PRIMARY KEY (channel, account)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX channel_users_by_account ON channel_users (account);

  -- What is otherwise than by default.
  CREATE TABLE channel_settings (
    channel TEXT NOT NULL REFERENCES channels (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (channel, name)
  ) STRICT, WITHOUT ROWID;

  -- Who is kept out.
  CREATE TABLE channel_lamers (
    channel TEXT NOT NULL REFERENCES channels (key) ON DELETE CASCADE,
    -- nick!user@host
    mask TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added INTEGER NOT NULL,
    -- When it kept somebody out last.
    used INTEGER,
    expires INTEGER,
    reason TEXT NOT NULL,
    PRIMARY KEY (channel, mask)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE channel_notes (
    channel TEXT NOT NULL REFERENCES channels (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (channel, name)
  ) STRICT, WITHOUT ROWID;

  -- What was done by commands, the latest only.
  CREATE TABLE channel_events (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL REFERENCES channels (key) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL
  ) STRICT;
  CREATE INDEX channel_events_by_channel ON channel_events (channel);

  CREATE TABLE channel_states (
    channel TEXT PRIMARY KEY REFERENCES channels (key) ON DELETE CASCADE,
    -- Who registered it.
    registrar TEXT,
    -- When somebody with access was there last.
    visited INTEGER,
    most_users INTEGER NOT NULL DEFAULT 0,
    -- Suspended where the reason is not NULL; until 0: for ever.
    suspended_at INTEGER,
    suspended_by TEXT,
    suspended_until INTEGER,
    suspended_reason TEXT
  ) STRICT, WITHOUT ROWID;

  -- Channels, masks of channels and accounts (\`*account\`) for which nothing is registered.
  CREATE TABLE unregistrable (
    mask TEXT PRIMARY KEY,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    expires INTEGER,
    reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** IRC servers are told whether founders have status by themselves too. */
export const FOUNDER_TABLES = `
  -- 1 where IRC servers are told that its founder has no status by themselves, as \`quiet\` of \`channel_access\`.
  ALTER TABLE channel_states ADD COLUMN founder_quiet INTEGER NOT NULL DEFAULT 0;

  -- As it is now; what is over by time is looked at when services start.
  INSERT INTO channel_states (channel, founder_quiet)
    SELECT key, 1 FROM channels WHERE
      EXISTS (SELECT 1 FROM channel_users AS users WHERE users.channel = channels.key AND users.account = channels.founder
        AND (users.auto_op = 0 OR users.suspended_until IS NOT NULL))
      OR EXISTS (SELECT 1 FROM channel_settings AS settings WHERE settings.channel = channels.key
        AND settings.name = 'automode' AND settings.value IN ('none', 'onlyvoice'))
      OR EXISTS (SELECT 1 FROM channel_states AS states WHERE states.channel = channels.key
        AND states.suspended_reason IS NOT NULL)
    ON CONFLICT (channel) DO UPDATE SET founder_quiet = 1;
`;
