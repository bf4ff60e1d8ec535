/** Chooses which metrics have a chart, in a popover with a filter. */
import { Popover } from '@base-ui/react/popover';
import { type ReactNode, useState } from 'react';
import type { MetricSpec } from '../../contract/manifest.ts';
import { seriesId } from '../../contract/series-id.ts';
import { metricLabel } from '../charts/chart-series.ts';
import { Button } from '../ui/button.tsx';
import { SearchField } from '../ui/search-field.tsx';
import { METRIC_LIMIT } from './chosen-metrics.ts';
import { messages } from './messages.ts';

interface MetricPickerProps {
  readonly source: string;
  readonly catalog: readonly MetricSpec[];
  readonly chosen: readonly string[];
  readonly onChange: (metrics: readonly string[]) => void;
}

export function MetricPicker({ source, catalog, chosen, onChange }: MetricPickerProps): ReactNode {
  const [filter, setFilter] = useState('');
  const words = filter.toLowerCase().split(/\s+/);
  const listed = catalog.filter((metric) => {
    const text = `${seriesId(metric)} ${metricLabel(source, metric)} ${metric.help}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const full = chosen.length >= METRIC_LIMIT;
  return (
    <Popover.Root>
      <Popover.Trigger className="inline-flex h-control items-center rounded-md border border-line bg-surface px-2.5 text-sm font-medium hover:bg-hover">
        {messages.chooseMetrics(chosen.length)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="start" className="z-40">
          <Popover.Popup
            aria-label={messages.metrics}
            className="flex w-dialog flex-col gap-2 card p-3 shadow-float"
          >
            <SearchField label={messages.filterMetrics} value={filter} onChange={setFilter} />
            <ul className="max-h-80 overflow-y-auto">
              {listed.map((metric) => {
                const id = seriesId(metric);
                const on = chosen.includes(id);
                return (
                  <li key={id}>
                    <label className="flex gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover">
                      <input
                        type="checkbox"
                        className="mt-1 size-3.5 shrink-0 accent-accent"
                        checked={on}
                        disabled={!on && full}
                        onChange={() => onChange(on ? chosen.filter((one) => one !== id) : [...chosen, id])}
                      />
                      <span className="min-w-0">
                        <span className="block text-sm">{metricLabel(source, metric)}</span>
                        <span className="block text-xs text-dim">{metric.help}</span>
                      </span>
                    </label>
                  </li>
                );
              })}
            </ul>
            {chosen.length > 0 && (
              <Button className="self-start" onClick={() => onChange([])}>
                {messages.allCharts}
              </Button>
            )}
            <p className="text-xs text-dim">{full ? messages.most(METRIC_LIMIT) : messages.metricsHint}</p>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
