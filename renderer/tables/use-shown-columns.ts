/** Brings together what decides on the columns of a table: the reader's choice, what is uniform, and the width. */
import { useMemo, useRef } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { useColumnChoice } from './column-choice.ts';
import { currentKeys, fittingColumns, uniformColumns, uniformText } from './shown-columns.ts';

interface ShownColumnsInput {
  readonly memory: string;
  /** The name under which choices were kept before. */
  readonly formerMemory?: string | undefined;
  /** Column keys of before, old -> new. */
  readonly renamed?: Readonly<Record<string, string>> | undefined;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  readonly widths: readonly number[];
  readonly available: number | null;
}

export interface ShownColumns {
  /** Places of the columns that are shown, in order. */
  readonly shown: readonly number[];
  /** What the columns say that are left out because they say the same everywhere. */
  readonly note: string;
  /** Whether the reader chose. */
  readonly chosen: boolean;
  readonly choose: (keys: readonly string[] | null) => void;
}

export function useShownColumns({
  memory,
  formerMemory,
  renamed,
  columns,
  rows,
  widths,
  available,
}: ShownColumnsInput): ShownColumns {
  const [kept, choose] = useColumnChoice(memory, formerMemory);
  const keys = useMemo(() => currentKeys(kept, columns, renamed), [kept, columns, renamed]);
  // A column that has said two things stays: a live table does not shift while it is read.
  const varied = useRef(new Set<number>());
  const uniform = useMemo(() => {
    const found = uniformColumns(columns, rows);
    if (rows.length > 0) {
      for (const place of columns.keys()) if (!found.includes(place)) varied.current.add(place);
    }
    return found.filter((place) => !varied.current.has(place));
  }, [columns, rows]);
  const all = [...columns.keys()];
  if (keys !== null) {
    const shown = all.filter((place) => place === 0 || keys.includes(columns[place]!.key));
    return { shown, note: '', chosen: true, choose };
  }
  const places = all.filter((place) => !uniform.includes(place));
  return {
    shown: fittingColumns(columns, places, widths, available),
    note: uniformText(columns, rows, uniform),
    chosen: false,
    choose,
  };
}
