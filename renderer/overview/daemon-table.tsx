/** All daemons in one table, those first that need somebody: what they do for people, what they cost, and their buttons. */
import { Fragment, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ManifestDescription } from '../../contract/manifest.ts';
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import {
  formatBytes,
  formatCount,
  formatMetric,
  formatRate,
  formatRatio,
  formatSeconds,
  NO_VALUE,
} from '../format/numbers.ts';
import { formatMoment } from '../format/times.ts';
import {
  HostContext,
  useHost,
  useHostModels,
  useHostState,
  useManifests,
  useNaming,
} from '../model/host-context.ts';
import type { HostState } from '../model/host-state.ts';
import { hostGoneSince, staleSince } from '../model/staleness.ts';
import { type ProcessMetric, processReading, reading, slotOf } from '../samples/process-reading.ts';
import { Sparkline } from '../samples/sparkline.tsx';
import { hostCondition } from '../shell/daemon-conditions.ts';
import { hashOf } from '../shell/route.ts';
import { useScope } from '../shell/view.ts';
import { Icon } from '../ui/icons.tsx';
import { LiveText } from '../ui/live-text.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { LifecycleButtons } from './lifecycle.tsx';
import { ListenerRow } from './listener-list.tsx';
import { messages } from './messages.ts';
import { StateLine } from './state-line.tsx';
import { useHeldOrder } from './use-held-order.ts';

/** Which states are shown first. */
const RANKS: Readonly<Record<DaemonState, number>> = {
  failed: 0,
  crashed: 1,
  backoff: 1,
  starting: 2,
  stopping: 2,
  running: 3,
  stopped: 4,
};

/** Whether the process is there to be measured. */
const isUp = (state: DaemonState) => state === 'running' || state === 'stopping';

/** Figures that only wide windows have room for. */
const WIDE = 'max-2xl:hidden';
/** Those that all but narrow ones have. */
const NARROW = 'max-lg:hidden';

interface Column {
  readonly title: string;
  readonly of: (manifest: ManifestDescription | null) => {
    /** Name of a metric of the manifest, or the end of the name of one that every process has. */
    readonly metric?: string | undefined;
    readonly own?: ProcessMetric;
  };
  readonly format: (value: number, manifest: ManifestDescription | null) => string;
  /** The table of a daemon that has what is counted, where it has one for whoever looks. */
  readonly table?: string;
  /** Whether its last minute is drawn beside it. */
  readonly curve?: (id: string) => string;
  /** Where the curve is left out. */
  readonly curveClass?: string;
  readonly className?: string;
}

const COLUMNS: readonly Column[] = [
  {
    title: messages.connections,
    of: (manifest) => ({ metric: manifest?.highlights.connections }),
    format: formatCount,
    table: 'connections',
  },
  {
    title: messages.messages,
    of: (manifest) => ({ metric: manifest?.highlights.messages }),
    format: formatRate,
    curve: messages.messagesSpark,
    curveClass: 'max-xl:hidden',
  },
  {
    title: messages.latency,
    of: (manifest) => ({ metric: manifest?.highlights.latency }),
    format: formatSeconds,
  },
  {
    title: messages.loopDelay,
    of: () => ({ own: 'loop_delay_seconds' }),
    format: formatSeconds,
    className: NARROW,
  },
  {
    title: messages.cpu,
    of: () => ({ own: 'cpu_ratio' }),
    format: formatRatio,
    curve: messages.cpuSpark,
    curveClass: WIDE,
  },
  {
    title: messages.memory,
    of: () => ({ own: 'resident_memory_bytes' }),
    format: formatBytes,
    className: NARROW,
  },
  {
    title: messages.queue,
    of: (manifest) => ({ metric: manifest?.highlights.queue }),
    format: (value, manifest) =>
      formatMetric(
        value,
        manifest?.metrics.find(({ name }) => name === manifest.highlights.queue)?.unit ?? 'count',
      ),
    className: WIDE,
  },
  {
    title: messages.monitoring,
    of: () => ({ own: 'monitoring_cpu_ratio' }),
    format: formatRatio,
    className: WIDE,
  },
];

/** Columns of figures and curves that narrow windows leave out. */
const LEFT_OUT = COLUMNS.flatMap(({ title, className, curveClass }) => [
  ...(className === undefined ? [] : [{ key: title, className }]),
  ...(curveClass === undefined ? [] : [{ key: `${title} curve`, className: curveClass }]),
]);

/** How many columns of figures there are in every window. */
const ALWAYS = COLUMNS.filter(({ className }) => className === undefined).length;

export function DaemonTable(): ReactNode {
  const current = useHost();
  const models = useHostModels();
  const hosts = [current, ...models.filter((host) => host !== current)];
  const gone = useHostState(hostGoneSince);
  // Ids are those of one host: the page is narrowed for the host that it is of.
  const scope = useScope();
  return (
    <div className="card overflow-hidden">
      {gone !== null && (
        <p className="border-b border-line px-3 py-1 text-xs text-warn">
          {messages.asOf(formatMoment(gone, Date.now()))}
        </p>
      )}
      <ScrollRegion label={messages.daemons} className="overflow-x-auto">
        <table aria-label={messages.daemons} className="w-full">
          <thead className="text-left text-xs text-dim">
            <tr className="border-b border-line">
              <th scope="col" className="sticky left-0 h-row bg-surface px-3 font-medium">
                {messages.daemon}
              </th>
              <th scope="col" className="px-2 font-medium">
                {messages.state}
              </th>
              {COLUMNS.map(({ title, curve, curveClass = '', className = '' }) => (
                <Fragment key={title}>
                  <th scope="col" className={`px-2 text-right font-medium whitespace-nowrap ${className}`}>
                    {title}
                  </th>
                  {curve !== undefined && <td className={curveClass} />}
                </Fragment>
              ))}
              <th scope="col" className={`px-2 text-right font-medium ${WIDE}`}>
                {messages.restarts}
              </th>
              <th scope="col" className="px-2 font-medium whitespace-nowrap">
                {messages.listeners}
              </th>
              <td />
            </tr>
          </thead>
          {hosts.map((host) => (
            <HostContext key={host.id} value={host}>
              <HostRows isOne={hosts.length === 1} scope={host === current ? scope : null} />
            </HostContext>
          ))}
        </table>
      </ScrollRegion>
    </div>
  );
}

/** The daemons of a host, then what works for Signalbox itself. */
function HostRows({ isOne, scope }: { isOne: boolean; scope: string | null }): ReactNode {
  const host = useHost();
  const manifests = useManifests();
  const daemons = useHostState((state) => state.daemons);
  const rank = ({ id }: ManifestDescription) => {
    const daemon = daemons[id];
    if (daemon === undefined) return RANKS.stopped;
    return daemon.unresponsive ? 0 : RANKS[daemon.state];
  };
  const sorted = manifests.toSorted(
    (a, b) => Number(a.internal) - Number(b.internal) || (a.internal ? 0 : rank(a) - rank(b)),
  );
  const [order, holding] = useHeldOrder(sorted.map(({ id }) => id));
  const isShown = (id: string) => scope === null || scope === id;
  const rows = order.flatMap((id) =>
    isShown(id) ? (manifests.find((manifest) => manifest.id === id) ?? []) : [],
  );
  return (
    <tbody {...holding}>
      {!isOne && (
        <tr className="border-b border-line bg-sunken">
          <th
            scope="rowgroup"
            colSpan={ALWAYS + LEFT_OUT.length + 5}
            className="sticky left-0 h-row px-3 text-left font-semibold text-dim"
          >
            <span className="inline-flex items-center gap-3">
              {host.name}
              <Rolled manifests={manifests} daemons={daemons} />
            </span>
          </th>
        </tr>
      )}
      {rows.map((manifest) => (
        <DaemonRow key={manifest.id} manifest={manifest} daemon={daemons[manifest.id]} />
      ))}
      {isShown(MAIN_SOURCE) && <MainRow />}
    </tbody>
  );
}

/** How the daemons of a host are, in one line: how many run, and what is worst. */
function Rolled({
  manifests,
  daemons,
}: {
  manifests: readonly ManifestDescription[];
  daemons: HostState['daemons'];
}): ReactNode {
  const connected = useHostState((state) => state.connection.phase === 'connected');
  const own = manifests.filter((manifest) => !manifest.internal);
  const running = own.filter(({ id }) => daemons[id]?.state === 'running').length;
  const condition = useHostState(useShallow(hostCondition));
  if (condition === null) return null;
  return (
    <>
      <span className={`inline-flex items-center gap-1 text-xs font-medium ${condition.tone}`}>
        <Icon name={condition.icon} className="size-3.5" />
        {condition.word}
      </span>
      {connected && <span className="text-xs font-normal">{messages.runningOf(running, own.length)}</span>}
    </>
  );
}

function NameCell({ id, title }: { id: string; title: string }): ReactNode {
  const host = useHost();
  return (
    <th
      scope="row"
      className="sticky left-0 h-row bg-surface px-3 text-left font-medium group-hover:bg-sunken"
    >
      <a href={hashOf(host, ['daemon', id])} title={title} className="rounded-sm hover:underline">
        {id}
      </a>
    </th>
  );
}

const ROW = 'group border-b border-line last:border-0 hover:bg-sunken';

function DaemonRow({
  manifest,
  daemon,
}: {
  manifest: ManifestDescription;
  daemon: DaemonSnapshot | undefined;
}): ReactNode {
  const naming = useNaming();
  const state = daemon?.state ?? 'stopped';
  return (
    <tr aria-label={naming(manifest.id)} className={ROW}>
      <NameCell id={manifest.id} title={manifest.title} />
      <td className="px-2 whitespace-nowrap">
        {daemon === undefined ? (
          <StateBadge state={state} isCurrent={false} />
        ) : (
          <StateLine daemon={daemon} isOneLine />
        )}
      </td>
      {isUp(state) ? (
        <Figures id={manifest.id} manifest={manifest} />
      ) : (
        <>
          <td colSpan={ALWAYS} className="max-w-0 px-2 text-dim" title={daemon?.cause ?? undefined}>
            {/* Over the cells beside it, which are empty, as far as where it listens. */}
            <span className="block truncate lg:w-7/5 xl:w-5/3 2xl:w-11/5">
              {daemon?.cause ?? (manifest.internal ? '' : manifest.summary)}
            </span>
          </td>
          {LEFT_OUT.map(({ key, className }) => (
            <td key={key} className={className} />
          ))}
        </>
      )}
      <td data-figure={messages.restarts} className={`px-2 text-right ${WIDE}`}>
        {formatCount(daemon?.restarts ?? 0)}
      </td>
      <td className="px-2 whitespace-nowrap">
        {daemon !== undefined && daemon.listeners.length > 0 ? (
          <ListenerRow listeners={daemon.listeners} />
        ) : (
          <span className="text-dim">{manifest.internal || !isUp(state) ? '' : messages.noListeners}</span>
        )}
      </td>
      <td className="sticky right-0 bg-surface px-2 group-hover:bg-sunken">
        {!manifest.internal && <LifecycleButtons id={manifest.id} />}
      </td>
    </tr>
  );
}

/** What the main process takes: it runs as long as there is a host. */
function MainRow(): ReactNode {
  const gone = useHostState(hostGoneSince);
  return (
    <tr className={ROW}>
      <NameCell id={MAIN_SOURCE} title={messages.mainTitle} />
      <td className="px-2">
        <StateBadge state="running" isCurrent={gone === null} />
      </td>
      <Figures id={MAIN_SOURCE} manifest={null} />
      <td className={WIDE} />
      <td />
      <td />
    </tr>
  );
}

function Figures({ id, manifest }: { id: string; manifest: ManifestDescription | null }): ReactNode {
  const host = useHost();
  const isStale = useHostState((state) => staleSince(state, id) !== null);
  const source = host.source(id);
  return COLUMNS.map(({ title, of, format, table = '', curve, curveClass = '', className = '' }) => {
    const { metric, own } = of(manifest);
    const name = own === undefined ? metric : `signalbox_${id}_${own}`;
    const read = () => {
      if (name === undefined) return '';
      const now = host.source(id);
      const value = own === undefined ? reading(now, metric) : processReading(now, own);
      return Number.isNaN(value) ? NO_VALUE : format(value, manifest);
    };
    const slot = source === undefined || name === undefined ? -1 : slotOf(source, name);
    return (
      <Fragment key={title}>
        <td
          data-figure={title}
          className={`px-2 text-right whitespace-nowrap ${isStale ? 'text-dim' : ''} ${className}`}
        >
          {manifest?.tables[table] === undefined ? (
            <LiveText read={read} />
          ) : (
            <a
              href={hashOf(host, ['daemon', id, table])}
              title={messages.tableOf(manifest.tables[table].title, id)}
              className="rounded-sm hover:underline"
            >
              <LiveText read={read} />
            </a>
          )}
        </td>
        {curve !== undefined && (
          <td className={curveClass}>
            <div className="w-16">
              {source !== undefined && slot >= 0 && (
                <Sparkline source={source} slot={slot} label={curve(id)} className="h-5" />
              )}
            </div>
          </td>
        )}
      </Fragment>
    );
  });
}
