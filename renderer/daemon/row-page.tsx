/**
 * A page of its own for one row of a live table, such as a client or a channel: all that is known of it, what hangs on it, and what can be
 * done. It is made of what the manifest says of the table: its columns, what its actions answer that only read, the tables about one of its
 * rows, and the lines of the log.
 */
import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import type { ManifestDescription, TableSpec } from '../../contract/manifest.ts';
import { LogView } from '../logs/log-view.tsx';
import { useHost, useHostState, useNaming } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { hashOf, navigate, useRoute } from '../shell/route.ts';
import { formatCell } from '../tables/cells.ts';
import { FollowedRow } from '../tables/followed-row.ts';
import { LiveTable } from '../tables/live-table.tsx';
import { RowButtons } from '../tables/row-buttons.tsx';
import type { Row } from '../tables/row-keys.ts';
import { answersOf, detailsOf, innerTables } from '../tables/row-pages.ts';
import { commandTools } from '../tables/row-tools.ts';
import { useLiveRows } from '../tables/use-live-rows.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SegmentedControl } from '../ui/segmented-control.tsx';
import { messages } from './messages.ts';
import { RowAnswer } from './row-answer.tsx';
import { RowFacts } from './row-facts.tsx';
import { rowMessages } from './row-messages.ts';

interface RowPageProps {
  readonly source: SourceModel;
  readonly manifest: ManifestDescription;
  readonly name: string;
  readonly table: TableSpec;
  readonly up: boolean;
  /** What the first cell of the row says. */
  readonly called: string;
}

/** Name of the part with the lines of the log. */
const LOG_PART = 'logs';

export function RowPage(props: RowPageProps): ReactNode {
  const { manifest, name, table, up, called } = props;
  const host = useHost();
  const naming = useNaming();
  const { snapshot, columns, rows, keyColumn } = useLiveRows(props);
  const [begun, setBegun] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: begun anew when that is wanted
  const followed = useMemo(() => new FollowedRow(called, keyColumn), [called, keyColumn, begun]);
  const state = followed.after(snapshot, rows);
  const list = (
    <a href={hashOf(host, ['daemon', manifest.id, name])} className="rounded-sm text-accent hover:underline">
      {rowMessages.rowsOf(table.title, naming(manifest.id))}
    </a>
  );
  if (state.phase === 'waiting' || state.phase === 'unknown') {
    const hint = state.phase === 'waiting' ? '' : state.cut ? rowMessages.rowCut : rowMessages.rowUnknownHint;
    const title = !up
      ? messages.down(manifest.id)
      : state.phase === 'waiting'
        ? rowMessages.rowWaits
        : rowMessages.rowUnknown(called, table.title);
    return (
      <div className="page">
        <PageHeader title={called} subtitle={<p className="text-sm">{list}</p>} />
        <div role="status" className="card">
          <EmptyState icon={up && state.phase === 'unknown' ? 'search' : 'ring'} title={title}>
            {up && <p>{hint}</p>}
            {denialOf(snapshot)}
          </EmptyState>
        </div>
      </div>
    );
  }
  return (
    <KnownRow
      {...props}
      {...{ columns, list }}
      row={state.row}
      gone={state.phase === 'gone'}
      onAnother={state.phase === 'gone' && state.another ? () => setBegun(begun + 1) : null}
    />
  );
}

const isRenamed = (title: string, called: string) => title.toLowerCase() !== called.toLowerCase();

const denialOf = ({ denied }: { readonly denied?: string }): ReactNode =>
  denied === undefined ? null : <p>{denied}</p>;

interface KnownRowProps extends RowPageProps {
  readonly columns: TableSpec['columns'];
  readonly list: ReactNode;
  readonly row: Row;
  readonly gone: boolean;
  /** Shows the row that is called so now; null where there is none. */
  readonly onAnother: (() => void) | null;
}

function KnownRow(props: KnownRowProps): ReactNode {
  const { manifest, name, table, called, columns, row, gone } = props;
  const host = useHost();
  const withheld = useHostState((state) => state.withheld);
  const title = formatCell(columns[0]!.type, row[0]);
  // What was done may have changed what is answered.
  const [turn, setTurn] = useState(0);
  const onDone = useCallback(() => setTurn((before) => before + 1), []);
  const tools = useMemo(
    () =>
      commandTools({
        host,
        daemon: manifest.id,
        actions: (table.rowActions ?? []).filter(({ immediate }) => immediate !== true),
        commands: manifest.commands,
        withheld,
        columns,
        onDone,
      }),
    [host, manifest, table, withheld, columns, onDone],
  );
  const renamed = isRenamed(title, called);
  return (
    <div className="page min-h-filled flex-1">
      <PageHeader
        title={title}
        subtitle={
          <p className="flex flex-wrap gap-x-3 text-sm">
            {props.list}
            {renamed && <span className="text-dim">{rowMessages.rowRenamed(called)}</span>}
          </p>
        }
      />
      {gone && (
        <div role="status">
          <Callout
            tone="warn"
            title={rowMessages.rowGone(title)}
            action={
              props.onAnother !== null && (
                <Button onClick={props.onAnother}>{rowMessages.rowAnother(called)}</Button>
              )
            }
          >
            {rowMessages.rowGoneHint}
          </Callout>
        </div>
      )}
      <RowButtons label={rowMessages.rowActions(title)} {...{ tools, row, gone }} />
      <div className="grid min-h-0 flex-1 grid-rows-[auto_minmax(0,1fr)] gap-gap lg:grid-facts lg:grid-rows-[minmax(0,1fr)]">
        <RowFacts {...{ manifest, name, columns, row, title, turn }} up={props.up && !gone} />
        <Parts key={name} {...props} {...{ title, turn, onDone }} />
      </div>
    </div>
  );
}

interface PartsProps extends KnownRowProps {
  readonly title: string;
  readonly turn: number;
  readonly onDone: () => void;
}

interface Part {
  readonly name: string;
  readonly title: string;
  readonly render: () => ReactNode;
}

/** What hangs on the row, one of it at a time. The address says which. */
function Parts(props: PartsProps): ReactNode {
  const { source, manifest, name, table, up, called, columns, row, gone, title, turn, onDone } = props;
  const host = useHost();
  const { path, query } = useRoute();
  const parts: Part[] = innerTables(manifest, name).map(([inner, spec]) => ({
    name: inner,
    title: spec.title,
    render: () => (
      <LiveTable
        key={`${inner} ${title}`}
        {...{ source, manifest, up }}
        name={inner}
        table={spec}
        about={title}
      />
    ),
  }));
  const details = detailsOf(manifest, name);
  for (const action of answersOf(manifest, name)) {
    // The fields of one thing stand among the facts.
    if (action === details) continue;
    const command = manifest.commands.find((one) => one.name === action.command)!;
    parts.push({
      name: action.title,
      title: action.title,
      render: () => (
        <RowAnswer
          key={action.title}
          {...{ manifest, action, command, columns, row, gone, up, turn, onDone }}
        />
      ),
    });
  }
  const told = columns.findIndex(({ key }) => key === table.logged);
  if (told >= 0) {
    // Who is called otherwise now has come under the name that they had.
    const text = told === 0 && isRenamed(title, called) ? called : formatCell(columns[told]!.type, row[told]);
    parts.push({
      name: LOG_PART,
      title: messages.tabs.logs,
      render: () => <LogView key={text} source={source} crashes={[]} at={null} text={text} />,
    });
  }
  const chosen = parts.find((part) => part.name === query.part) ?? parts[0];
  useEffect(() => {
    // One that is not there, of an address that was written by hand.
    if (query.part !== undefined && chosen?.name !== query.part)
      navigate(hashOf(host, path, { ...query, part: '' }), { replace: true });
  });
  if (chosen === undefined) return null;
  return (
    <section
      aria-label={rowMessages.rowPart(chosen.title, title)}
      className="flex min-h-0 min-w-0 flex-col gap-gap"
    >
      {parts.length > 1 && (
        <div>
          <SegmentedControl
            label={rowMessages.rowParts(title)}
            options={parts.map((part) => ({ value: part.name, label: part.title }))}
            value={chosen.name}
            onChange={(part) => navigate(hashOf(host, path, { ...query, part }), { replace: true })}
          />
        </div>
      )}
      <div className="min-h-0 flex-1">{chosen.render()}</div>
    </section>
  );
}
