/** Asks what the page of a process will ask, before anybody is there. */
import { readAhead } from '../history/use-recorded.ts';
import type { HostModel } from '../model/host-model.ts';
import type { ViewRange } from '../shell/view.ts';
import { usualCharts } from './usual-charts.ts';

/** Reads the charts of the page of a process over a range ahead. */
export function readDaemonAhead(host: HostModel, id: string, range: ViewRange): void {
  const source = host.source(id);
  if (source === undefined) return;
  const declared = host.store.getState().host?.manifests.find((manifest) => manifest.id === id)?.charts ?? [];
  const charts = usualCharts(source, declared).map((chart) => ({ source, chart }));
  readAhead(host, charts, range);
}
