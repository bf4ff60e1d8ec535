/** The tables of OpServ and Global in `services.db`: one migration of `store/services-schema.ts`. */

/** Columns that every list has; `expires` is NULL for never. Times are Unix milliseconds. */
const LISTED = 'set_by TEXT NOT NULL, set_at INTEGER NOT NULL, expires INTEGER';

export const OPSERV_TABLES = `
  -- Bans of the whole network, lifted ones included until nobody could bring them back.
  CREATE TABLE network_bans (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    mask TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- As another server said it, where that was no UTF-8.
    reason_bytes TEXT,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    active INTEGER NOT NULL,
    -- Unix seconds: the newest change wins.
    changed INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    kept INTEGER NOT NULL
  ) STRICT;

  -- Addresses and networks that more clients may come from.
  CREATE TABLE trusts (key TEXT PRIMARY KEY, network TEXT NOT NULL, most INTEGER NOT NULL, reason TEXT NOT NULL, ${LISTED}) STRICT;

  -- nick!user@host masks of whom bots do not hear.
  CREATE TABLE gags (key TEXT PRIMARY KEY, mask TEXT NOT NULL, reason TEXT NOT NULL, ${LISTED}) STRICT;

  -- What is done when somebody meets criteria.
  CREATE TABLE alerts (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, reaction TEXT NOT NULL, criteria TEXT NOT NULL, level INTEGER NOT NULL, ${LISTED}
  ) STRICT;

  -- Nicks that services hold, so that nobody else has them.
  CREATE TABLE reserves (
    key TEXT PRIMARY KEY, nick TEXT NOT NULL, username TEXT NOT NULL, host TEXT NOT NULL, reason TEXT NOT NULL, ${LISTED}
  ) STRICT;

  -- Words that no channel may be called by, and channels that may all the same.
  CREATE TABLE bad_words (key TEXT PRIMARY KEY, word TEXT NOT NULL, ${LISTED}) STRICT;
  CREATE TABLE exempt_channels (key TEXT PRIMARY KEY, channel TEXT NOT NULL, ${LISTED}) STRICT;

  -- What Global tells those who come.
  CREATE TABLE global_messages (
    key TEXT PRIMARY KEY, id INTEGER NOT NULL, target TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL, ${LISTED}
  ) STRICT;

  -- DEFCON while it is not 5: modes that were set on channels, and which channels (JSON) had them not before. One row at most.
  CREATE TABLE defcon (
    key TEXT PRIMARY KEY, level INTEGER NOT NULL, modes TEXT NOT NULL, channels TEXT NOT NULL, ${LISTED}
  ) STRICT;
`;
