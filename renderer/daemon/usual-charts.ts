/** The charts of a process where nobody has chosen others. */
import type { ChartSpec } from '../../contract/manifest.ts';
import { type LiveChartSpec, liveChart, runtimeCharts } from '../charts/chart-series.ts';
import { messages } from '../charts/messages.ts';
import type { SourceModel } from '../model/source-model.ts';

/** Those that its manifest declares, then those that every process has; without those of which it measures nothing. */
export function usualCharts(source: SourceModel, declared: readonly ChartSpec[]): readonly LiveChartSpec[] {
  return [...declared, ...runtimeCharts(source.id, messages.runtime)]
    .map((chart) => liveChart(source.id, source.samples.layout, chart))
    .filter((chart) => chart.series.length > 0);
}
