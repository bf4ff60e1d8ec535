/** The first page, by need: what needs a person and what it all comes to, every daemon in one table, and the last minutes. */
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { formatBytes, formatCount, formatRate, formatRatio } from '../format/numbers.ts';
import { useHost, useHostState, useManifests, useScreen } from '../model/host-context.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { processReading, reading } from '../samples/process-reading.ts';
import { hashOf } from '../shell/route.ts';
import { useScope } from '../shell/view.ts';
import { LiveText } from '../ui/live-text.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { AttentionList } from './attention-list.tsx';
import { DaemonTable } from './daemon-table.tsx';
import { messages } from './messages.ts';
import { Trends } from './trends.tsx';
import { worstLatency } from './worst-latency.ts';

export function OverviewPage(): ReactNode {
  const manifests = useManifests();
  const daemons = useHostState((state) => state.daemons);
  const scope = useScope();
  const shown = useMemo(
    () => manifests.filter(({ id, internal }) => !internal && (scope === null || scope === id)),
    [manifests, scope],
  );
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const idle =
    connected && manifests.every(({ id, internal }) => internal || daemons[id]?.state === 'stopped');
  return (
    <div className="page min-h-0 flex-1 *:shrink-0">
      <PageHeader title={messages.title} />
      <div className="group/needs flex flex-wrap items-stretch gap-gap">
        <AttentionList>{idle ? <Welcome /> : null}</AttentionList>
        <Totals manifests={shown} />
      </div>
      <DaemonTable />
      <Trends manifests={manifests} />
    </div>
  );
}

/** What to do first. */
function Welcome(): ReactNode {
  return (
    <p>
      <span className="font-medium">{messages.emptyTitle}</span>{' '}
      <span className="text-dim">
        {messages.emptyText} <code className="font-mono text-ink">127.0.0.1:6667</code>
        {messages.emptyAfter}
      </span>
    </p>
  );
}

interface Figure {
  readonly name: string;
  readonly read: () => string;
  /** Id of the daemon that it is of, whose page says why. */
  readonly leadsTo?: string | null;
}

/** Id of the daemon whose users wait longest; empty while nobody waits. */
function useWorst(up: readonly ManifestDescription[]): string {
  const host = useHost();
  const { text } = useScreen();
  const [worst, setWorst] = useState('');
  const latest = useRef(up);
  useEffect(() => {
    latest.current = up;
  });
  useEffect(() => text.add(() => worstLatency(host, latest.current)?.id ?? '', setWorst), [text, host]);
  return worst;
}

function Totals({ manifests }: { manifests: readonly ManifestDescription[] }): ReactNode {
  const host = useHost();
  const scope = useScope();
  const daemons = useHostState((state) => state.daemons);
  const up = manifests.filter((manifest) => daemons[manifest.id]?.state === 'running');
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + (value || 0), 0);
  const highlight = (key: 'connections' | 'messages') => () =>
    sum(up.map((manifest) => reading(host.source(manifest.id), manifest.highlights[key])));
  const everyProcess = (suffix: 'cpu_ratio' | 'resident_memory_bytes') => () => {
    const running = Object.values(daemons).filter((daemon) => daemon.state === 'running');
    const ids = [MAIN_SOURCE, ...running.map((daemon) => daemon.id)].filter(
      (id) => scope === null || scope === id,
    );
    return sum(ids.map((id) => processReading(host.source(id), suffix)));
  };
  const worst = useWorst(up);
  const figures: readonly Figure[] = [
    { name: messages.totalRunning, read: () => `${up.length} of ${manifests.length}` },
    { name: messages.totalConnections, read: () => formatCount(highlight('connections')()) },
    { name: messages.totalMessages, read: () => formatRate(highlight('messages')()) },
    {
      name: messages.worstLatency,
      read: () => messages.latencyOf(worstLatency(host, up)),
      leadsTo: worst === '' ? null : worst,
    },
    { name: messages.totalCpu, read: () => formatRatio(everyProcess('cpu_ratio')()) },
    { name: messages.totalMemory, read: () => formatBytes(everyProcess('resident_memory_bytes')()) },
  ];
  const gone = useHostState(hostGoneSince);
  return (
    // One line, or two beside a list of what needs a person.
    <dl className="grid grid-cols-[repeat(6,auto)] gap-px overflow-hidden card bg-line max-lg:w-full max-md:grid-cols-3 lg:group-has-[ul,code]/needs:grid-cols-3">
      {figures.map((figure) => (
        <div key={figure.name} className="min-w-28 bg-surface px-3 py-1">
          <dt className="text-xs whitespace-nowrap text-dim">{figure.name}</dt>
          <dd className={`text-xl font-semibold whitespace-nowrap ${gone === null ? '' : 'text-dim'}`}>
            {figure.leadsTo == null ? (
              <LiveText read={figure.read} />
            ) : (
              <a href={hashOf(host, ['daemon', figure.leadsTo])} className="rounded-sm hover:underline">
                <LiveText read={figure.read} />
              </a>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
