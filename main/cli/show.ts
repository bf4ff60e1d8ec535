/** How the CLI shows states, metrics, logs and command results to a person. */

import type { ControlResults } from '../../contract/control/requests.ts';
import { placeText } from '../../contract/listen-place.ts';
import type { SourcedLogRecord } from '../../contract/log-record.ts';
import type { CommandDescription, MetricSpec, TableColumn } from '../../contract/manifest.ts';
import type { MetricReading } from '../../contract/metric-frame.ts';
import { seriesId } from '../../contract/series-id.ts';
import type { DaemonSnapshot, ListenerInfo } from '../../contract/states.ts';
import {
  colouredState,
  formatBytes,
  formatCell,
  formatSeconds,
  formatTable,
  formatTime,
  jsonText,
  printable,
  printableLines,
} from '../terminal/terminal.ts';

/** A duration in milliseconds is not as long as that; a time is not before it. */
const YEAR_2000_MS = Date.UTC(2000, 0);

/** All daemons as a table. */
export function showStatus(daemons: readonly DaemonSnapshot[]): string {
  const rows = daemons.map((daemon) => [
    daemon.id,
    `${colouredState(daemon.state)}${daemon.unresponsive ? ' (unresponsive)' : ''}`,
    daemon.pid === null ? '-' : String(daemon.pid),
    formatTime(daemon.since),
    String(daemon.restarts),
    (daemon.cause === null ? null : printable(daemon.cause)) ??
      (daemon.listeners.map(showListener).join(', ') || '-'),
  ]);
  const table = formatTable(['daemon', 'state', 'pid', 'since', 'restarts', 'listens on, or cause'], rows);
  const waiting = daemons
    .filter(({ pendingRestart }) => pendingRestart.length > 0)
    .map(({ id, pendingRestart }) => `restart needed: ${id} for ${pendingRestart.join(', ')}`);
  return [table, ...waiting].join('\n');
}

function showListener(listener: ListenerInfo): string {
  const tls = 'tls' in listener && listener.tls;
  return `${listener.protocol} ${printable(placeText(listener))}${tls ? ' (TLS)' : ''}`;
}

/** What a reload did. A daemon that does not run is not among them: it takes its table at its next start. */
export function showReload({ daemons }: ControlResults['config.reload']): string {
  const lines = daemons.flatMap(({ id, applied, restartRequired, warnings }) => {
    const inForce = applied.length === 0 ? [] : [`${applied.join(', ')} in force`];
    const waiting = restartRequired.length === 0 ? [] : [`needs a restart for ${restartRequired.join(', ')}`];
    const news = `${id}: ${[...inForce, ...waiting].join('; ') || 'nothing changed'}`;
    return [news, ...warnings.map((warning) => `warning: ${printable(warning)}`)];
  });
  return lines.join('\n') || 'The file was read; nothing changed for the daemons that run.';
}

/** One daemon in a line. */
export function showDaemon(daemon: DaemonSnapshot): string {
  const pid = daemon.pid === null ? '' : ` (pid ${daemon.pid})`;
  const where =
    daemon.listeners.length === 0 ? '' : `, listening on ${daemon.listeners.map(showListener).join(', ')}`;
  return `${daemon.id} is ${daemon.state}${pid}${where}`;
}

/** The metrics of one process as a table. */
export function showMetrics(
  catalog: readonly MetricSpec[],
  readings: Readonly<Record<string, MetricReading>>,
): string {
  const rows = catalog.flatMap((metric) => {
    const id = seriesId(metric);
    const reading = readings[id];
    return reading === undefined ? [] : [[printable(id), showReading(reading, metric.unit), metric.help]];
  });
  return formatTable(['metric', 'value', 'what it is'], rows);
}

function showReading(reading: MetricReading, unit: MetricSpec['unit']): string {
  if (typeof reading !== 'number') {
    const { count, p50, p99, max } = reading;
    return `n=${count} p50=${formatSeconds(p50)} p99=${formatSeconds(p99)} max=${formatSeconds(max)}`;
  }
  if (unit === 'bytes') return formatBytes(reading);
  if (unit === 'seconds') return formatSeconds(reading);
  return unit === 'ratio' ? `${(reading * 100).toFixed(1)} %` : String(reading);
}

/** One record in a line. */
export function showLogRecord(record: SourcedLogRecord): string {
  const fields = Object.entries(record.fields ?? {}).map(
    ([key, value]) => ` ${printable(key)}=${jsonText(value)}`,
  );
  return `${formatTime(record.time)} ${record.level.padEnd(5)} ${printable(record.subsystem)}: ${printable(record.message)}${fields.join('')}`;
}

/**
 * A command's result in the shape that its manifest declares. One without a shape is JSON, or for a person a line for each
 * member where none has members of its own.
 */
export function showResult(command: CommandDescription, result: unknown, forPerson: boolean): string {
  if (command.result === 'text' && isRecord(result) && typeof result.text === 'string')
    return printableLines(result.text);
  if (command.result === 'table' && isRecord(result) && Array.isArray(result.rows)) {
    return showRows(command.columns, result.rows);
  }
  if (result === null || result === undefined) return 'done';
  return (forPerson ? showMembers(command.columns, result) : null) ?? jsonText(result, 2);
}

/** The file that a command hands over; null where it is none. */
export function savedFile({ saves }: Pick<CommandDescription, 'saves'>, result: unknown): string | null {
  return saves !== null && isRecord(result) && typeof result.text === 'string' ? result.text : null;
}

/** Aligned lines; null where that would not be all of it. */
function showMembers(columns: readonly TableColumn[], result: unknown): string | null {
  if (!isRecord(result) || Array.isArray(result)) return null;
  // The warning was said already.
  const members = Object.entries(result).filter(([key]) => key !== 'warning');
  if (members.length === 0 || !members.every(([, value]) => isFlat(value))) return null;
  const cells = members.map(([key, value]): [string, string] => {
    const column = columns.find((one) => one.key === key);
    const text = Array.isArray(value) ? value.join(', ') : value;
    return [column?.title ?? printable(key), formatCell(text, column?.type ?? typeOf(key, value))];
  });
  const width = Math.max(...cells.map(([title]) => title.length)) + 1;
  return cells.map(([title, text]) => `${`${title}:`.padEnd(width)} ${text}`).join('\n');
}

/** Of a member that the manifest has no column for. */
function typeOf(key: string, value: unknown): TableColumn['type'] {
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'number' && /(?:At|Ms)$/.test(key) && value > YEAR_2000_MS ? 'time' : 'text';
}

function isFlat(value: unknown): boolean {
  return Array.isArray(value) ? !value.some(isRecord) : !isRecord(value);
}

function showRows(columns: readonly TableColumn[], rows: readonly unknown[]): string {
  if (rows.length === 0) return '(no rows)';
  const cells = rows
    .filter(isRecord)
    .map((row) => columns.map(({ key, type }) => formatCell(row[key], type)));
  return formatTable(
    columns.map(({ title }) => title),
    cells,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
