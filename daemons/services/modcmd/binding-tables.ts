/** The tables of ModCmd. A migration that has shipped never changes. */

export const BINDING_TABLES = `
  -- Commands that operators made of others: names in capitals, bots by their nick.
  CREATE TABLE command_bindings (
    bot TEXT NOT NULL,
    name TEXT NOT NULL,
    target_bot TEXT NOT NULL,
    command TEXT NOT NULL,
    -- With $1 and $2- for what is typed behind the name; empty where all of it is handed on.
    arguments TEXT NOT NULL,
    added INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    PRIMARY KEY (bot, name)
  ) STRICT, WITHOUT ROWID;

  -- What is otherwise of a command than its bot has it: NULL for the level that it has by itself.
  CREATE TABLE command_rules (
    bot TEXT NOT NULL,
    command TEXT NOT NULL,
    level INTEGER,
    disabled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (bot, command)
  ) STRICT, WITHOUT ROWID;
`;
