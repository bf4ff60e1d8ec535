/** What Signalbox itself takes: the main process, and the internal daemons that work for it. */
import type { ReactNode } from 'react';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { formatBytes, formatMetric, formatRatio, formatSeconds, NO_VALUE } from '../format/numbers.ts';
import { formatMoment } from '../format/times.ts';
import { useHost, useHostState, useManifests } from '../model/host-context.ts';
import { hostGoneSince } from '../model/staleness.ts';
import { type ProcessMetric, processReading } from '../samples/process-reading.ts';
import { hashOf } from '../shell/route.ts';
import { LiveText } from '../ui/live-text.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { messages } from './messages.ts';

const COLUMNS: readonly { name: string; metric: ProcessMetric; format: (value: number) => string }[] = [
  { name: messages.loopDelay, metric: 'loop_delay_seconds', format: formatSeconds },
  { name: messages.cpu, metric: 'cpu_ratio', format: formatRatio },
  { name: messages.memory, metric: 'resident_memory_bytes', format: formatBytes },
  { name: messages.heap, metric: 'heap_used_bytes', format: formatBytes },
  { name: messages.monitoring, metric: 'monitoring_cpu_ratio', format: formatRatio },
  {
    name: messages.monitoringBytes,
    metric: 'monitoring_bytes_total',
    format: (value) => formatMetric(value, 'bytes', true),
  },
];

export function HostCards(): ReactNode {
  const host = useHost();
  const manifests = useManifests();
  const daemons = useHostState((state) => state.daemons);
  const gone = useHostState(hostGoneSince);
  const rows = [MAIN_SOURCE, ...manifests.map((manifest) => manifest.id)];
  return (
    <div className="overflow-hidden card">
      <div className="px-4 pt-3 pb-2">
        <h2 className="heading-section">{messages.processes}</h2>
        <p className="text-sm text-dim">
          {gone === null ? messages.processesHint : messages.asOf(formatMoment(gone, Date.now()))}
        </p>
      </div>
      <ScrollRegion label={messages.processes} className="overflow-x-auto">
        <table className="w-full text-sm">
          <thead className="text-left text-xs text-dim">
            <tr className="border-b border-line">
              <th scope="col" className="h-row px-3 py-0.5 font-medium">
                {messages.process}
              </th>
              <th scope="col" className="h-row px-3 py-0.5 font-medium">
                {messages.state}
              </th>
              {COLUMNS.map((column) => (
                <th
                  key={column.name}
                  scope="col"
                  className="h-row px-3 py-0.5 text-right font-medium whitespace-nowrap"
                >
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((id) => {
              const state = id === MAIN_SOURCE ? 'running' : (daemons[id]?.state ?? 'stopped');
              const up = state === 'running' || state === 'stopping';
              return (
                <tr key={id} className="border-b border-line last:border-0">
                  <th scope="row" className="h-row px-3 py-0.5 text-left font-medium">
                    <a href={hashOf(host, ['daemon', id])} className="rounded-sm hover:underline">
                      {id}
                    </a>
                  </th>
                  <td className="h-row px-3 py-0.5">
                    <StateBadge state={state} isCurrent={gone === null} />
                  </td>
                  {COLUMNS.map((column) => (
                    <td
                      key={column.name}
                      className={`h-row px-3 py-0.5 text-right whitespace-nowrap ${gone === null ? '' : 'text-dim'}`}
                    >
                      <LiveText
                        read={() =>
                          up ? column.format(processReading(host.source(id), column.metric)) : NO_VALUE
                        }
                      />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}
