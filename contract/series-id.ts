/**
 * What tells one series of metrics from another: the name, and the labels where there are any, as Prometheus writes both.
 * History, frames, `/metrics`, command line and window all know a series by it.
 */
import type { MetricSpec } from './manifest.ts';

/** Labels between braces, sorted by name and escaped as the text format of Prometheus asks; empty for none. */
export function labelText(labels: MetricSpec['labels']): string {
  if (labels === undefined) return '';
  const pairs = Object.keys(labels)
    .sort()
    .map((name) => `${name}="${escaped(labels[name]!)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The id of a series: `name`, or `name{a="x",b="y"}` with its labels. */
export function seriesId({ name, labels }: Pick<MetricSpec, 'name' | 'labels'>): string {
  return name + labelText(labels);
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
