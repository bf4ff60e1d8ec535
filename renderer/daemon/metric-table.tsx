/** Every metric of a process with its meaning and newest value: what no chart shows is found here. */
import { type ReactNode, useState } from 'react';
import type { MetricSpec } from '../../contract/manifest.ts';
import { HISTOGRAM_FIELDS } from '../../contract/metric-frame.ts';
import { seriesId } from '../../contract/series-id.ts';
import { formatCount, formatMetric, formatSeconds } from '../format/numbers.ts';
import type { SourceModel } from '../model/source-model.ts';
import { useLayout } from '../model/use-layout.ts';
import { LiveText } from '../ui/live-text.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { messages } from './messages.ts';

/** A metric's value in words: total and rate for counters, percentiles for histograms. */
export function valueInWords(source: SourceModel, metric: MetricSpec): string {
  const { samples } = source;
  const at = samples.layout.slot(seriesId(metric));
  if (metric.kind === 'gauge') return formatMetric(samples.shown(at), metric.unit);
  if (metric.kind === 'counter') {
    return `${formatMetric(samples.raw(at), metric.unit)}  ·  ${formatMetric(samples.shown(at), metric.unit, true)}`;
  }
  const field = (name: (typeof HISTOGRAM_FIELDS)[number]) => at + HISTOGRAM_FIELDS.indexOf(name);
  const count = samples.raw(field('count'));
  if (count === 0) return messages.notMeasured;
  const p50 = formatSeconds(samples.shown(field('p50')));
  const p99 = formatSeconds(samples.shown(field('p99')));
  return `${formatCount(count)}  ·  p50 ${p50}  ·  p99 ${p99}`;
}

export function MetricTable({ source }: { source: SourceModel }): ReactNode {
  const [open, setOpen] = useState(false);
  const { catalog, ids } = useLayout(source);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className="card">
      <summary className="heading-section px-4 py-2.5">
        {messages.allMetrics} <span className="font-normal text-dim">{catalog.length}</span>
      </summary>
      {open && (
        <ScrollRegion label={messages.allMetrics} className="overflow-x-auto border-t border-line">
          <table className="w-full text-sm">
            <thead className="text-left text-xs text-dim">
              <tr className="border-b border-line">
                {[messages.metric, messages.meaning].map((title) => (
                  <th key={title} scope="col" className="h-row px-3 py-0.5 font-medium">
                    {title}
                  </th>
                ))}
                <th scope="col" className="h-row px-3 py-0.5 text-right font-medium">
                  {messages.value}
                </th>
              </tr>
            </thead>
            <tbody>
              {catalog.map((metric, i) => (
                <tr key={ids[i]} className="border-b border-line last:border-0">
                  <th scope="row" className="h-row px-3 py-0.5 text-left font-mono text-xs font-normal">
                    {ids[i]}
                  </th>
                  <td className="h-row px-3 py-0.5 text-dim">{metric.help}</td>
                  <td className="h-row px-3 py-0.5 text-right whitespace-pre">
                    <LiveText read={() => valueInWords(source, metric)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </details>
  );
}
