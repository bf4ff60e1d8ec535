/** The tables of web push. A migration that has shipped never changes. */

export const PUSH_TABLES = `
  -- Browsers and apps that an account wants to be told by (RFC 8030); whoever has the endpoint could send to it.
  CREATE TABLE push_devices (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    endpoint TEXT NOT NULL UNIQUE,
    -- Its keys (RFC 8291), base64url.
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    -- What it is told of, words with commas between.
    topics TEXT NOT NULL,
    added INTEGER NOT NULL,
    -- When its server took a message last, and what went wrong since.
    sent INTEGER,
    problem TEXT
  ) STRICT;
  CREATE INDEX push_devices_by_account ON push_devices (account);

  -- What waits to be pushed.
  CREATE TABLE push_queue (
    id INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES push_devices (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    -- JSON: what the device gets.
    message TEXT NOT NULL,
    queued INTEGER NOT NULL,
    due INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX push_queue_by_due ON push_queue (due);
  CREATE INDEX push_queue_by_device ON push_queue (device);
`;
