/** The first page: totals, a card a daemon, and what the host itself takes. */
import { type ReactNode, useId } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ManifestDescription } from '../../contract/manifest.ts';
import { formatBytes, formatCount, formatRate, formatRatio } from '../format/numbers.ts';
import { formatMoment } from '../format/times.ts';
import { useHost, useHostState, useManifests } from '../model/host-context.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { processReading, reading } from '../samples/process-reading.ts';
import { Icon } from '../ui/icons.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { DaemonCard } from './daemon-card.tsx';
import { HostCards } from './host-cards.tsx';
import { messages } from './messages.ts';

export function OverviewPage(): ReactNode {
  const manifests = useManifests();
  const daemons = useHostState((state) => state.daemons);
  const shown = manifests.filter((manifest) => !manifest.internal);
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const idle = connected && shown.every((manifest) => daemons[manifest.id]?.state === 'stopped');
  const headingId = useId();
  return (
    <div className="page">
      <PageHeader title={messages.title} />
      {idle ? <Welcome /> : <Totals manifests={shown} />}
      <section aria-labelledby={headingId}>
        <h2 id={headingId} className="sr-only">
          {messages.daemons}
        </h2>
        <div className="chart-grid">
          {shown.map((manifest) => {
            const daemon = daemons[manifest.id];
            return daemon === undefined ? null : (
              <DaemonCard key={manifest.id} manifest={manifest} daemon={daemon} />
            );
          })}
        </div>
      </section>
      <HostCards />
    </div>
  );
}

/** What to do first. */
function Welcome(): ReactNode {
  return (
    <div className="rounded-lg border border-dashed border-line-strong/60 px-4 py-3 text-sm">
      <p className="font-medium">{messages.emptyTitle}</p>
      <p className="text-dim">
        {messages.emptyText} <code className="font-mono text-ink">127.0.0.1:6667</code>
        {messages.emptyAfter}
      </p>
    </div>
  );
}

function Totals({ manifests }: { manifests: readonly ManifestDescription[] }): ReactNode {
  const host = useHost();
  const daemons = useHostState((state) => state.daemons);
  const up = manifests.filter((manifest) => daemons[manifest.id]?.state === 'running');
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + (value || 0), 0);
  const highlight = (key: 'connections' | 'messages') => () =>
    sum(up.map((manifest) => reading(host.source(manifest.id), manifest.highlights[key])));
  const everyProcess = (suffix: 'cpu_ratio' | 'resident_memory_bytes') => () => {
    const running = Object.values(daemons).filter((daemon) => daemon.state === 'running');
    const ids = [MAIN_SOURCE, ...running.map((daemon) => daemon.id)];
    return sum(ids.map((id) => processReading(host.source(id), suffix)));
  };
  const figures = [
    { name: messages.totalRunning, read: () => `${up.length} of ${manifests.length}` },
    { name: messages.totalConnections, read: () => formatCount(highlight('connections')()) },
    { name: messages.totalMessages, read: () => formatRate(highlight('messages')()) },
    { name: messages.totalCpu, read: () => formatRatio(everyProcess('cpu_ratio')()) },
    { name: messages.totalMemory, read: () => formatBytes(everyProcess('resident_memory_bytes')()) },
  ];
  const gone = useHostState(hostGoneSince);
  return (
    <div className="flex flex-col gap-1.5">
      {gone !== null && (
        <p className="flex items-center gap-1.5 text-xs text-warn">
          <Icon name="clock" className="size-3.5" />
          {messages.asOf(formatMoment(gone, Date.now()))}
        </p>
      )}
      <dl className="flex flex-wrap gap-px overflow-hidden rounded-lg border border-line bg-line">
        {figures.map((figure) => (
          <div key={figure.name} className="min-w-36 flex-1 bg-surface px-4 py-2.5">
            <dt className="text-xs text-dim">{figure.name}</dt>
            <dd className={`text-lg font-semibold tracking-tight ${gone === null ? '' : 'text-dim'}`}>
              <LiveText read={figure.read} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
