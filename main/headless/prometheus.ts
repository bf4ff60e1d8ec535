/**
 * The last values of every process as Prometheus text (exposition format 0.0.4). Written straight from the catalogs:
 * names, units, kinds and help are there already and the samples come as arrays, so a client library would only copy
 * them into a second registry. Histograms are exposed as summaries, because frames carry percentiles and not buckets.
 */
import type { MetricSpec } from '../../contract/manifest.ts';
import { type FrameLayout, HISTOGRAM_FIELDS } from '../../contract/metric-frame.ts';
import { labelText } from '../../contract/series-id.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const QUANTILES = { p50: '0.5', p95: '0.95', p99: '0.99', p999: '0.999' } as const;

/** Renders all metrics; `daemons` adds whether each is up and how often it was restarted. */
export function renderPrometheus(
  sources: readonly { readonly layout: FrameLayout; readonly values: Float64Array }[],
  daemons: readonly DaemonSnapshot[],
): string {
  const lines: string[] = [];
  head(lines, 'signalbox_daemon_up', 'gauge', 'Whether the daemon is running');
  for (const { id, state } of daemons) {
    lines.push(`signalbox_daemon_up{daemon="${id}"} ${state === 'running' ? 1 : 0}`);
  }
  head(lines, 'signalbox_daemon_restarts_total', 'counter', 'Restarts after a crash since Signalbox started');
  for (const { id, restarts } of daemons) {
    lines.push(`signalbox_daemon_restarts_total{daemon="${id}"} ${restarts}`);
  }
  for (const { layout, values } of sources) {
    for (const series of byName(layout).values()) render(lines, series, values);
  }
  return `${lines.join('\n')}\n`;
}

/** One series and where its values begin. */
interface Series {
  readonly metric: MetricSpec;
  readonly slot: number;
}

/** All series of a name belong together, under one head. */
function byName(layout: FrameLayout): ReadonlyMap<string, readonly Series[]> {
  const named = new Map<string, Series[]>();
  for (const [i, metric] of layout.catalog.entries()) {
    const series = { metric, slot: layout.slot(layout.ids[i]!) };
    const same = named.get(metric.name);
    if (same === undefined) named.set(metric.name, [series]);
    else same.push(series);
  }
  return named;
}

function render(lines: string[], series: readonly Series[], values: Float64Array): void {
  const { name, kind, help } = series[0]!.metric;
  if (kind !== 'histogram') {
    head(lines, name, kind, help);
    for (const { metric, slot } of series)
      lines.push(`${name}${labelText(metric.labels)} ${number(values[slot])}`);
    return;
  }
  const field = (slot: number, which: (typeof HISTOGRAM_FIELDS)[number]) =>
    number(values[slot + HISTOGRAM_FIELDS.indexOf(which)]);
  head(lines, name, 'summary', help);
  for (const { metric, slot } of series) {
    for (const [which, quantile] of Object.entries(QUANTILES)) {
      const labels = labelText({ ...metric.labels, quantile });
      lines.push(`${name}${labels} ${field(slot, which as keyof typeof QUANTILES)}`);
    }
    const labels = labelText(metric.labels);
    lines.push(
      `${name}_sum${labels} ${field(slot, 'sum')}`,
      `${name}_count${labels} ${field(slot, 'count')}`,
    );
  }
  head(lines, `${name}_max`, 'gauge', `${help} (largest of the last ten seconds)`);
  for (const { metric, slot } of series)
    lines.push(`${name}_max${labelText(metric.labels)} ${field(slot, 'max')}`);
}

function head(lines: string[], name: string, type: string, help: string): void {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  lines.push(`# HELP ${name} ${escaped}`, `# TYPE ${name} ${type}`);
}

function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}
