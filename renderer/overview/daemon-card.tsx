/** One daemon at a glance: its state, what it does for people, what it costs, and the buttons. */
import type { ReactNode } from 'react';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import {
  formatBytes,
  formatCount,
  formatMetric,
  formatRate,
  formatRatio,
  formatSeconds,
} from '../format/numbers.ts';
import { formatMoment } from '../format/times.ts';
import { useHost, useHostState, useNaming } from '../model/host-context.ts';
import { staleSince } from '../model/staleness.ts';
import { processReading, reading, slotOf } from '../samples/process-reading.ts';
import { Sparkline } from '../samples/sparkline.tsx';
import { hashOf } from '../shell/route.ts';
import { Callout } from '../ui/callout.tsx';
import { Icon } from '../ui/icons.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { LifecycleButtons } from './lifecycle.tsx';
import { ListenerList } from './listener-list.tsx';
import { messages } from './messages.ts';
import { type Stat, StatList } from './stat-list.tsx';
import { StateLine } from './state-line.tsx';

/** Whether the process is there to be measured. */
function isUp(daemon: DaemonSnapshot): boolean {
  return daemon.state === 'running' || daemon.state === 'stopping';
}

interface CardProps {
  readonly manifest: ManifestDescription;
  readonly daemon: DaemonSnapshot;
}

export function DaemonCard({ manifest, daemon }: CardProps): ReactNode {
  const host = useHost();
  const naming = useNaming();
  return (
    <section aria-label={naming(manifest.id)} className="flex flex-col gap-3 card p-4">
      <header className="flex flex-col gap-2">
        <div className="flex items-baseline gap-2">
          <h2 className="text-lg font-semibold">
            <a href={hashOf(host, ['daemon', manifest.id])} className="rounded-sm hover:underline">
              {manifest.id}
            </a>
          </h2>
          <p className="min-w-0 truncate text-sm text-dim">{manifest.title}</p>
        </div>
        <StateLine daemon={daemon} />
      </header>
      {isUp(daemon) ? (
        <Figures manifest={manifest} daemon={daemon} />
      ) : (
        <WhyDown manifest={manifest} daemon={daemon} />
      )}
      <div className="mt-auto flex flex-col gap-3 border-t border-line pt-3">
        {daemon.listeners.length > 0 ? (
          <ListenerList listeners={daemon.listeners} />
        ) : (
          <p className="flex h-control items-center text-sm text-dim">{messages.noListeners}</p>
        )}
        <LifecycleButtons id={manifest.id} />
      </div>
    </section>
  );
}

/** Why the daemon is not running, with the way to find out more; what it is for where nothing is wrong. */
function WhyDown({ manifest, daemon }: CardProps): ReactNode {
  const host = useHost();
  if (daemon.cause === null) return <p className="text-sm text-dim">{manifest.summary}</p>;
  const failed = daemon.state === 'failed';
  return (
    <Callout tone={failed ? 'bad' : 'warn'} title={failed ? messages.failed : messages.crashed}>
      <p>{daemon.cause}</p>
      {failed && <p className="text-dim">{messages.failedHint}</p>}
      <p className="mt-1 flex flex-wrap gap-x-3">
        <a className="text-accent underline" href={hashOf(host, ['daemon', daemon.id, 'logs'])}>
          {messages.seeLogs}
        </a>
        <a className="text-accent underline" href={hashOf(host, ['daemon', daemon.id, 'crashes'])}>
          {messages.seeCrashes}
        </a>
        {daemon.restarts > 0 && <span className="text-dim">{messages.restarted(daemon.restarts)}</span>}
      </p>
    </Callout>
  );
}

function Figures({ manifest, daemon }: CardProps): ReactNode {
  const host = useHost();
  const source = host.source(manifest.id);
  const lastCrash = daemon.crashes.at(-1);
  const stale = useHostState((state) => staleSince(state, manifest.id) !== null);
  const { highlights } = manifest;
  const show = (value: () => number, format: (value: number) => string) => () => format(value());
  const metric = (name: string | undefined) => () => reading(host.source(manifest.id), name);
  const own = (suffix: Parameters<typeof processReading>[1]) => () =>
    processReading(host.source(manifest.id), suffix);
  const stats: Stat[] = [];
  if (highlights.latency !== undefined) {
    stats.push({ name: messages.latency, read: show(metric(highlights.latency), formatSeconds) });
  }
  stats.push({ name: messages.loopDelay, read: show(own('loop_delay_seconds'), formatSeconds) });
  stats.push({ name: messages.cpu, read: show(own('cpu_ratio'), formatRatio) });
  stats.push({ name: messages.memory, read: show(own('resident_memory_bytes'), formatBytes) });
  if (highlights.queue !== undefined) {
    const unit = manifest.metrics.find((spec) => spec.name === highlights.queue)?.unit ?? 'count';
    stats.push({
      name: messages.queue,
      read: show(metric(highlights.queue), (value) => formatMetric(value, unit)),
    });
  }
  stats.push({ name: messages.restarts, read: () => formatCount(daemon.restarts) });
  const spark = highlights.messages ?? `signalbox_${manifest.id}_cpu_ratio`;
  return (
    <>
      <div className="grid grid-cols-[auto_auto_minmax(0,1fr)] items-end gap-3">
        {highlights.connections !== undefined && (
          <Headline
            name={messages.connections}
            read={show(metric(highlights.connections), formatCount)}
            stale={stale}
          />
        )}
        {highlights.messages !== undefined && (
          <Headline
            name={messages.messages}
            read={show(metric(highlights.messages), formatRate)}
            stale={stale}
          />
        )}
        <div className="min-w-0">
          {source !== undefined && slotOf(source, spark) >= 0 && (
            <Sparkline
              source={source}
              slot={slotOf(source, spark)}
              label={
                highlights.messages === undefined
                  ? messages.cpuSpark(manifest.id)
                  : messages.messagesSpark(manifest.id)
              }
            />
          )}
        </div>
      </div>
      <StatList stats={stats} stale={stale} />
      {lastCrash !== undefined && (
        <a
          href={hashOf(host, ['daemon', daemon.id, 'crashes'])}
          className="flex items-center gap-1.5 rounded-sm text-xs text-dim hover:underline"
        >
          <Icon name="error" className="size-3.5 text-bad" />
          <span className="truncate">
            {messages.lastCrash(formatMoment(lastCrash.time, host.hostNow()), lastCrash.cause)}
          </span>
        </a>
      )}
    </>
  );
}

function Headline({ name, read, stale }: { name: string; read: () => string; stale: boolean }): ReactNode {
  return (
    <div className="min-w-20">
      <p className="text-xs text-dim">{name}</p>
      <p className={`text-xl font-semibold tracking-tight ${stale ? 'text-dim' : ''}`}>
        <LiveText read={read} />
      </p>
    </div>
  );
}
