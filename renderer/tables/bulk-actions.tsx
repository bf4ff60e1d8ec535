/** The selected rows of a table: the bar that says what can be done with them, and the question that it leads to. */
import { type ReactNode, Suspense, useMemo, useState } from 'react';
import type { TableColumn } from '../../contract/manifest.ts';
import { BulkBar } from './bulk-bar.tsx';
import type { OpenBulk } from './bulk-dialog.tsx';
import { bulkDialog } from './bulk-part.ts';
import { formatCell } from './cells.ts';
import { messages } from './messages.ts';
import type { Row, RowKey } from './row-keys.ts';
import type { RowTool } from './row-tools.ts';

interface BulkActionsProps {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
  readonly keys: ReadonlyMap<Row, RowKey>;
  /** Those that the filter shows. */
  readonly arranged: readonly Row[];
  readonly tools: readonly RowTool[];
  readonly selected: ReadonlySet<RowKey>;
  readonly onClear: () => void;
}

export function BulkActions(props: BulkActionsProps): ReactNode {
  const { columns, rows, keys, arranged, selected } = props;
  const [open, setOpen] = useState<OpenBulk | null>(null);
  const byKey = useMemo(() => new Map(rows.map((row) => [keys.get(row) ?? '', row])), [rows, keys]);
  const shown = useMemo(() => new Set(arranged), [arranged]);
  const there = [...byKey].filter(([key]) => selected.has(key));
  const begin = ({ title, bulk, fits }: RowTool) => {
    if (bulk === null) return;
    const entries = there
      .filter(([, row]) => fits(row))
      .map(([key, row]) => ({
        key,
        name: formatCell(columns[0]!.type, row[0]) || messages.noName,
        args: bulk.argsOf(row),
      }));
    if (entries.length > 0) setOpen({ title, bulk, entries });
  };
  return (
    <>
      <BulkBar
        count={selected.size}
        gone={selected.size - there.length}
        hidden={there.filter(([, row]) => !shown.has(row)).length}
        tools={props.tools}
        fitsAny={({ fits }) => there.some(([, row]) => fits(row))}
        onRun={begin}
        onClear={props.onClear}
      />
      {open !== null && (
        <Suspense fallback={null}>
          <bulkDialog.Page
            open={open}
            argsNow={(key) => {
              const row = byKey.get(key);
              return row === undefined ? null : open.bulk.argsOf(row);
            }}
            onClose={(ended) => {
              setOpen(null);
              if (ended) props.onClear();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
