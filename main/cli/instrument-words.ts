/** How the command line writes an instrument to a person: one line of cells. Used by `pools` and `top`. */
import { BREAKER_STATES } from '../../contract/instrument-figures.ts';
import {
  type FigureName,
  type FoundInstrument,
  furtherFigures,
  holdsBytes,
  type InstrumentRow,
  instrumentRow,
  type RowInterval,
} from '../../contract/instrument-rows.ts';
import type { MetricReading } from '../../contract/metric-frame.ts';
import { formatBytes, formatSeconds, printable } from '../terminal/terminal.ts';

/** Titles of {@link instrumentCells}. */
export const INSTRUMENT_TITLES = [
  'daemon',
  'kind',
  'name',
  'depth',
  'active/idle/max',
  'wait p50, p99',
  'run p50, p99',
  'done',
  'refused',
  'also',
] as const;

/** Figures that are written in words of their own. */
const IN_WORDS: ReadonlySet<FigureName> = new Set(['hits', 'misses', 'state']);

/** The cells of an instrument; `-` for what its kind has not. */
export function instrumentCells(
  found: FoundInstrument,
  read: (id: string) => MetricReading | undefined,
): string[] {
  const row = instrumentRow(found, read);
  return [
    found.daemon,
    found.kind,
    printable(found.name),
    depthOf(row, holdsBytes(found) ? formatBytes : String),
    threadsOf(row),
    intervalOf(row.waitSeconds),
    intervalOf(row.runSeconds),
    countOf(row.completed),
    countOf(row.rejected),
    furtherOf(furtherFigures(found, read), row),
  ];
}

/** `3 of 100, most 7`, or `1.5 KiB of 64 MiB, most 3 KiB`. */
function depthOf({ depth, capacity, highWater }: InstrumentRow, amount: (of: number) => string): string {
  const most = highWater === undefined ? [] : [`most ${amount(highWater)}`];
  if (depth === undefined) return most[0] ?? '-';
  return [capacity === undefined ? amount(depth) : `${amount(depth)} of ${amount(capacity)}`, ...most].join(
    ', ',
  );
}

function threadsOf({ active, idle, max }: InstrumentRow): string {
  if (active === undefined && max === undefined) return '-';
  return [active, idle, max].map((count) => count ?? '-').join('/');
}

function intervalOf(interval: RowInterval | undefined): string {
  if (interval === undefined || interval.count === 0) return '-';
  return `${formatSeconds(interval.p50)}, ${formatSeconds(interval.p99)}`;
}

function countOf(count: number | undefined): string {
  return count === undefined ? '-' : String(count);
}

/** What else there is to say: the state of a breaker, the hit rate of a cache, and what is not 0 of the rest. */
function furtherOf(figures: ReadonlyMap<FigureName, number>, row: InstrumentRow): string {
  const words: string[] = [];
  const state = figures.get('state');
  if (state !== undefined) words.push(BREAKER_STATES[state] ?? `state ${state}`);
  const hits = figures.get('hits');
  const asked = hits === undefined ? 0 : (row.submitted ?? 0);
  if (asked > 0) words.push(`hit rate ${(((hits ?? 0) / asked) * 100).toFixed(0)} %`);
  for (const [name, value] of [...figures].filter(([figure]) => !IN_WORDS.has(figure)))
    if (value !== 0) words.push(`${name.replaceAll('_', ' ')} ${value}`);
  for (const name of ['failed', 'cancelled'] as const)
    if ((row[name] ?? 0) !== 0) words.push(`${name} ${row[name]}`);
  return words.join(', ') || '-';
}
