/** All queues, pools, caches and so on of the host's processes, and the long work that goes on. The filter stands in the address. */
import { type ReactNode, useMemo } from 'react';
import { INSTRUMENT_KINDS } from '../../contract/manifest.ts';
import { useHost, useHostState } from '../model/host-context.ts';
import type { SourceModel } from '../model/source-model.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { hashOf, navigate, useRoute } from '../shell/route.ts';
import { useScope } from '../shell/view.ts';
import { ALL } from '../shell/view-keys.ts';
import { Button } from '../ui/button.tsx';
import { Callout, EmptyState } from '../ui/callout.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { InstrumentTable } from './instrument-table.tsx';
import { messages } from './messages.ts';
import { TaskList } from './task-list.tsx';
import { useInstruments, useTroubleOrder } from './use-instruments.ts';
import { useRunningSources } from './use-running-sources.ts';

export function PoolsPage(): ReactNode {
  const host = useHost();
  const { query } = useRoute();
  const sources = useRunningSources();
  const all = useInstruments(sources);
  const scope = useScope();
  const daemon = query.daemon ?? scope ?? '';
  const kind = INSTRUMENT_KINDS.find((one) => one === query.kind) ?? '';
  const wanted = useMemo(
    () => all.filter((one) => (daemon === '' || one.daemon === daemon) && (kind === '' || one.kind === kind)),
    [all, daemon, kind],
  );
  const rows = useTroubleOrder(wanted);
  const go = (change: Readonly<Record<string, string>>) =>
    // What is chosen here takes the place of what is chosen for all pages.
    navigate(
      hashOf(host, ['pools'], { daemon, kind, ...(scope === null ? {} : { scope: ALL }), ...change }),
      { replace: true },
    );
  return (
    <div className="page">
      <PageHeader title={messages.title} subtitle={<p className="text-sm text-dim">{messages.hint}</p>} />
      <TaskList />
      <Silent sources={sources} />
      <div className="flex flex-wrap items-center gap-2">
        <Choice
          label={messages.daemon}
          any={messages.anyDaemon}
          options={sources.map(({ id }) => id)}
          value={daemon}
          onChoose={(next) => go({ daemon: next })}
        />
        <Choice
          label={messages.kind}
          any={messages.anyKind}
          options={INSTRUMENT_KINDS}
          value={kind}
          onChoose={(next) => go({ kind: next })}
        />
        <span role="status" className="text-sm text-dim">
          {messages.count(rows.length)}
        </span>
      </div>
      {rows.length > 0 ? (
        <InstrumentTable label={messages.title} rows={rows} ofSeveral />
      ) : (
        <div className="card">
          {all.length === 0 ? (
            <Nothing />
          ) : (
            <EmptyState icon="search" title={messages.noMatch}>
              <p className="mb-3">{messages.noMatchHint}</p>
              <Button onClick={() => go({ daemon: '', kind: '' })}>{messages.showAll}</Button>
            </EmptyState>
          )}
        </div>
      )}
    </div>
  );
}

/** Which processes run and say nothing. That the host cannot be reached stands above every page. */
function Silent({ sources }: { sources: readonly SourceModel[] }): ReactNode {
  const gone = useHostState((state) => hostGoneSince(state) !== null);
  const silent = useHostState(({ freshness }) =>
    sources
      .filter(({ id }) => freshness[id]?.state === 'stale')
      .map(({ id }) => id)
      .join(' '),
  );
  if (gone || silent === '') return null;
  return (
    <Callout tone="warn" title={messages.stale}>
      {messages.staleSources(silent.split(' '))}
    </Callout>
  );
}

function Nothing(): ReactNode {
  const gone = useHostState((state) => hostGoneSince(state) !== null);
  return (
    <EmptyState icon="pools" title={gone ? messages.unknown : messages.empty}>
      {gone ? messages.unknownHint : messages.emptyHint}
    </EmptyState>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly any: string;
  readonly options: readonly string[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

function Choice({ label, any, options, value, onChoose }: ChoiceProps): ReactNode {
  // What an address names stands there, be it gone.
  const shown = value === '' || options.includes(value) ? options : [...options, value];
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">{any}</option>
      {shown.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  );
}
