/** The tables of help bots. A migration that has shipped never changes. */

export const HELP_TABLES = `
  -- Help bots, one a channel. Their names are folded as IRC folds nicks.
  CREATE TABLE help_bots (
    key TEXT PRIMARY KEY,
    nick TEXT NOT NULL,
    channel_key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    registered INTEGER NOT NULL,
    registered_by TEXT NOT NULL,
    -- When somebody last asked or helped there, Unix milliseconds.
    used INTEGER NOT NULL,
    next_number INTEGER NOT NULL DEFAULT 1,
    -- JSON: what was set, by name.
    settings TEXT NOT NULL DEFAULT '{}',
    suspended_reason TEXT,
    suspended_by TEXT,
    -- NULL for until somebody takes it back.
    suspended_until INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE help_staff (
    bot TEXT NOT NULL REFERENCES help_bots (key) ON UPDATE CASCADE ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    added INTEGER NOT NULL,
    PRIMARY KEY (bot, account)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX help_staff_by_account ON help_staff (account);

  -- What each of them did in a week, by the number of the week since 1970; week 0 is all together.
  CREATE TABLE help_figures (
    bot TEXT NOT NULL REFERENCES help_bots (key) ON UPDATE CASCADE ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    week INTEGER NOT NULL,
    picked_up INTEGER NOT NULL DEFAULT 0,
    closed INTEGER NOT NULL DEFAULT 0,
    handed_on INTEGER NOT NULL DEFAULT 0,
    taken_on INTEGER NOT NULL DEFAULT 0,
    -- Seconds on the channel.
    present INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (bot, account, week)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX help_figures_by_account ON help_figures (account);

  -- Requests; closed ones are kept for a while.
  CREATE TABLE help_requests (
    bot TEXT NOT NULL REFERENCES help_bots (key) ON UPDATE CASCADE ON DELETE CASCADE,
    number INTEGER NOT NULL,
    nick TEXT NOT NULL,
    host TEXT NOT NULL,
    account INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    helper INTEGER REFERENCES accounts (id) ON DELETE SET NULL,
    opened INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    assigned INTEGER,
    -- NULL while it is open.
    closed INTEGER,
    closed_by TEXT,
    reason TEXT,
    PRIMARY KEY (bot, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX help_requests_open ON help_requests (bot, number) WHERE closed IS NULL;
  CREATE INDEX help_requests_closed ON help_requests (closed) WHERE closed IS NOT NULL;
  CREATE INDEX help_requests_by_account ON help_requests (account) WHERE account IS NOT NULL;
  CREATE INDEX help_requests_by_helper ON help_requests (helper) WHERE helper IS NOT NULL;

  CREATE TABLE help_lines (
    bot TEXT NOT NULL,
    number INTEGER NOT NULL,
    line INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- 'asked', 'note' for those who help alone, or 'answer'.
    kind TEXT NOT NULL,
    -- Nick of who asked, or account of who helps.
    said_by TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (bot, number, line),
    FOREIGN KEY (bot, number) REFERENCES help_requests (bot, number) ON UPDATE CASCADE ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
`;
