/** The table of SockCheck. A migration that has shipped never changes. */

export const SOCKCHECK_TABLES = `
  -- Addresses and networks that SockCheck scans not, beside those of the configuration; expires is NULL for never.
  CREATE TABLE scan_exempts (
    key TEXT PRIMARY KEY, network TEXT NOT NULL, reason TEXT NOT NULL,
    set_by TEXT NOT NULL, set_at INTEGER NOT NULL, expires INTEGER
  ) STRICT;
`;
