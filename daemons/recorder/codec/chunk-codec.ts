/**
 * The blobs of a chunk: up to sixty intervals of one metric of one source, in order of time. By metric, because a chart
 * shows a few of them: it reads the few hundred bytes that it needs, not every metric of every second. A column that is
 * zero throughout is no blob at all.
 *
 * A counter is its increases; a gauge its least value, and where it moved its largest and its sum. Histograms are in
 * histogram-column.ts.
 */
import type { Aggregate } from './aggregate.ts';
import { ByteReader, ByteWriter, DamagedRowError } from './byte-codec.ts';

const column = new ByteWriter();

/** Which intervals a chunk has, and what holds for all metrics in them. */
export interface TimeColumn {
  /** Number of each interval within the chunk, rising. */
  readonly slots: Float64Array;
  readonly samples: Float64Array;
  readonly spansMs: Float64Array;
}

/** Encodes the column that every chunk has. */
export function encodeTimes(slots: readonly number[], rows: readonly Aggregate[]): Uint8Array {
  column.varint(rows.length);
  let slot = -1;
  for (const [i, row] of rows.entries()) {
    column.varint(slots[i]! - slot);
    column.varint(row.samples);
    column.varint(row.spanMs);
    slot = slots[i]!;
  }
  return column.take();
}

/** Reads what {@link encodeTimes} wrote. Throws {@link DamagedRowError}. */
export function decodeTimes(bytes: Uint8Array): TimeColumn {
  const reader = new ByteReader(bytes);
  const count = reader.varint();
  if (count > bytes.length) throw new DamagedRowError('A chunk has more intervals than bytes.');
  const times = {
    slots: new Float64Array(count),
    samples: new Float64Array(count),
    spansMs: new Float64Array(count),
  };
  let slot = -1;
  for (let i = 0; i < count; i++) {
    slot += reader.varint();
    times.slots[i] = slot;
    times.samples[i] = reader.varint();
    times.spansMs[i] = reader.varint();
  }
  finish(reader);
  return times;
}

/** Encodes one counter; null where it did not rise. */
export function encodeCounter(rows: readonly Aggregate[], index: number): Uint8Array | null {
  if (rows.every((row) => row.counters[index] === 0)) return null;
  for (const row of rows) column.number(row.counters[index]!);
  return column.take();
}

/** Reads a counter into `increases`, which has a place for each interval. Throws {@link DamagedRowError}. */
export function decodeCounter(bytes: Uint8Array | null, increases: Float64Array): void {
  if (bytes === null) {
    increases.fill(0);
    return;
  }
  const reader = new ByteReader(bytes);
  for (let i = 0; i < increases.length; i++) increases[i] = reader.number();
  finish(reader);
}

/** A gauge over the intervals of a chunk. */
export interface GaugeColumn {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly sum: Float64Array;
}

/** Differences of whole numbers up to this are exact. */
const WHOLE_MAX = 2 ** 51;

/** How a gauge is written: one value for all intervals, one for each, or with its extremes; as differences where whole. */
const CONSTANT = 0;
const STEADY = 1;
const STEADY_WHOLE = 2;
const MOVING = 3;
const MOVING_WHOLE = 4;

/** Encodes one gauge; null where it was zero. */
export function encodeGauge(rows: readonly Aggregate[], index: number): Uint8Array | null {
  const first = rows[0]!.min[index]!;
  const steady = rows.every(
    ({ samples, min, max, sum }) => min[index] === max[index] && sum[index] === min[index]! * samples,
  );
  if (steady && rows.every(({ min }) => min[index] === first)) {
    if (first === 0) return null;
    column.byte(CONSTANT);
    column.number(first);
    return column.take();
  }
  const whole = rows.every(({ samples, min, max, sum }) =>
    [min[index]!, max[index]!, sum[index]!, min[index]! * samples].every(
      (value) => Number.isInteger(value) && Math.abs(value) <= WHOLE_MAX,
    ),
  );
  column.byte((steady ? STEADY : MOVING) + (whole ? 1 : 0));
  let before = 0;
  for (const { samples, min, max, sum } of rows) {
    const least = min[index]!;
    // A difference between whole numbers is exact, one between fractions may not be.
    column.number(whole ? least - before : least);
    before = whole ? least : 0;
    if (steady) continue;
    column.number(whole ? max[index]! - least : max[index]!);
    column.number(whole ? sum[index]! - least * samples : sum[index]!);
  }
  return column.take();
}

/** Reads a gauge into `gauge`, which has a place for each interval of `times`. Throws {@link DamagedRowError}. */
export function decodeGauge(bytes: Uint8Array | null, { samples }: TimeColumn, gauge: GaugeColumn): void {
  const { min, max, sum } = gauge;
  const count = samples.length;
  const reader = bytes === null ? null : new ByteReader(bytes);
  const mode = reader?.byte() ?? CONSTANT;
  if (mode > MOVING_WHOLE) throw new DamagedRowError('A gauge in the chunk is written in an unknown way.');
  if (mode === CONSTANT) {
    const value = reader?.number() ?? 0;
    for (let i = 0; i < count; i++) {
      min[i] = value;
      max[i] = value;
      sum[i] = value * samples[i]!;
    }
    if (reader !== null) finish(reader);
    return;
  }
  const steady = mode < MOVING;
  const whole = mode === STEADY_WHOLE || mode === MOVING_WHOLE;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const least = before + reader!.number();
    if (whole) before = least;
    min[i] = least;
    if (steady) {
      max[i] = least;
      sum[i] = least * samples[i]!;
      continue;
    }
    max[i] = reader!.number() + (whole ? least : 0);
    sum[i] = reader!.number() + (whole ? least * samples[i]! : 0);
  }
  finish(reader!);
}

function finish(reader: ByteReader): void {
  if (reader.remaining !== 0)
    throw new DamagedRowError('A column of the chunk is longer than its intervals.');
}
