/** The same figures of several things side by side, such as the modes of a server: counters as rates with what they come to. */
import type { ReactNode } from 'react';
import type { MetricSpec } from '../../contract/manifest.ts';
import type { ComparisonSpec } from '../../contract/manifest-views.ts';
import { formatMetric, formatSeconds, NO_VALUE } from '../format/numbers.ts';
import type { SourceModel } from '../model/source-model.ts';
import { useLayout } from '../model/use-layout.ts';
import { slotOf } from '../samples/process-reading.ts';
import { LiveText } from '../ui/live-text.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { messages } from './messages.ts';

/** What a figure is now: a rate, half and nearly all of durations, or a value. */
export function figureNow(source: SourceModel, metric: MetricSpec): string {
  const { samples } = source;
  if (metric.kind !== 'histogram')
    return formatMetric(samples.shown(slotOf(source, metric.name)), metric.unit, metric.kind === 'counter');
  if (!(samples.raw(slotOf(source, metric.name, 'count')) > 0)) return NO_VALUE;
  const [half, most] = (['p50', 'p99'] as const).map((field) =>
    formatSeconds(samples.shown(slotOf(source, metric.name, field))),
  );
  return `${half} · ${most}`;
}

/** What a counter has come to; empty for what is no counter. */
export function figureInAll(source: SourceModel, metric: MetricSpec): string {
  if (metric.kind !== 'counter') return '';
  const total = source.samples.raw(slotOf(source, metric.name));
  return Number.isNaN(total) ? '' : messages.inAll(formatMetric(total, metric.unit));
}

export function ComparisonTable({
  source,
  comparison,
}: {
  source: SourceModel;
  comparison: ComparisonSpec;
}): ReactNode {
  const layout = useLayout(source);
  const { title, of, columns, rows } = comparison;
  return (
    <div className="card">
      <h2 className="heading-section px-3 py-2">{title}</h2>
      <ScrollRegion label={title} className="overflow-x-auto border-t border-line">
        <table className="w-full text-sm">
          <thead className="text-xs text-dim">
            <tr className="border-b border-line">
              <th scope="col" className="h-row px-3 py-0.5 text-left font-medium">
                {of}
              </th>
              {columns.map((column) => (
                <th key={column} scope="col" className="h-row px-3 py-0.5 text-right font-medium">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.title} className="border-b border-line last:border-0">
                <th scope="row" className="h-row px-3 py-0.5 text-left font-medium">
                  {row.title}
                </th>
                {row.metrics.map((name, i) => (
                  <Figure key={columns[i]} source={source} metric={layout.spec(name)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </div>
  );
}

function Figure({ source, metric }: { source: SourceModel; metric: MetricSpec | undefined }): ReactNode {
  if (metric === undefined) return <td className="h-row px-3 py-0.5 text-right text-dim">{NO_VALUE}</td>;
  return (
    <td title={metric.help} className="h-row px-3 py-0.5 text-right whitespace-nowrap">
      <LiveText read={() => figureNow(source, metric)} />
      {metric.kind === 'counter' && (
        <LiveText read={() => figureInAll(source, metric)} className="block text-xs text-dim" />
      )}
    </td>
  );
}
