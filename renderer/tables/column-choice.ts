/** The columns that a reader chose for a table, kept on this machine. A choice is the reader’s: it holds for that table on every host. */
import { useCallback, useState } from 'react';

const KEY = 'signalbox.columns';

type Choices = Readonly<Record<string, readonly string[]>>;

/** Reads what was kept; anything else than choices counts as none. */
export function parseChoices(text: string | null): Choices {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    const choices = Object.entries(value).filter(
      (entry): entry is [string, string[]] =>
        Array.isArray(entry[1]) && entry[1].every((key) => typeof key === 'string'),
    );
    return Object.fromEntries(choices);
  } catch {
    return {};
  }
}

function stored(): Choices {
  try {
    return parseChoices(localStorage.getItem(KEY));
  } catch {
    // A browser may forbid storage: the choice then lasts as long as the table.
    return {};
  }
}

function store(choices: Choices): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // See stored().
  }
}

/**
 * The chosen columns of a table, null where none were chosen, and how to choose others.
 * @param table a name that is the table’s own on this machine, the same on every host
 * @param former the name that it had before
 */
export function useColumnChoice(
  table: string,
  former?: string,
): readonly [readonly string[] | null, (keys: readonly string[] | null) => void] {
  const [chosen, setChosen] = useState<readonly string[] | null>(
    () => stored()[table] ?? stored()[former ?? table] ?? null,
  );
  const choose = useCallback(
    (keys: readonly string[] | null) => {
      setChosen(keys);
      const { [table]: _, ...others } = stored();
      store(keys === null ? others : { ...others, [table]: keys });
    },
    [table],
  );
  return [chosen, choose];
}
