/**
 * How a sample of all metrics is laid out: one Float64Array in catalog order. A counter or gauge takes one slot, a
 * histogram {@link HISTOGRAM_FIELDS}. Summaries go to main at 1 Hz.
 *
 * Frames go to windows at up to 10 Hz (1 Hz when hidden), and only with something new: a value of the daemon's own that
 * differs from the frame before, or another second of the process (CPU, memory, loop delay, cost of monitoring), which
 * is measured at 1 Hz. So a second without a frame means that nobody sends, and values that a window does not hear of
 * have not changed, except for those that it has given no credit for.
 */
import type { HistogramSummary } from './histogram.ts';
import type { MetricSpec } from './manifest.ts';
import { seriesId } from './series-id.ts';

/**
 * The slots of a histogram, in order. `count` and `sum` are totals since the process started; the percentiles and
 * `max` (seconds) cover the last ten one-second intervals in which anything was recorded.
 */
export const HISTOGRAM_FIELDS = ['count', 'sum', 'p50', 'p95', 'p99', 'p999', 'max'] as const;
/** One figure of a histogram in a frame. */
export type HistogramField = (typeof HISTOGRAM_FIELDS)[number];

/** Where each series of a catalog stands in a frame. */
export interface FrameLayout {
  readonly size: number;
  /** Slot of a counter or gauge, first slot of a histogram; -1 for a series that is not in the catalog. */
  slot(id: string): number;
  /** What a series is; undefined for one that is not in the catalog. */
  spec(id: string): MetricSpec | undefined;
  readonly catalog: readonly MetricSpec[];
  /** Ids of the series, in the order of the catalog. */
  readonly ids: readonly string[];
}

/** The layout that a catalog implies. */
export function layoutOf(catalog: readonly MetricSpec[]): FrameLayout {
  const slots = new Map<string, number>();
  const specs = new Map<string, MetricSpec>();
  let size = 0;
  for (const metric of catalog) {
    const id = seriesId(metric);
    slots.set(id, size);
    specs.set(id, metric);
    size += slotsOf(metric);
  }
  return {
    size,
    catalog,
    ids: catalog.map(seriesId),
    slot: (id) => slots.get(id) ?? -1,
    spec: (id) => specs.get(id),
  };
}

/** How many slots of a frame a series takes. */
export function slotsOf({ kind }: Pick<MetricSpec, 'kind'>): number {
  return kind === 'histogram' ? HISTOGRAM_FIELDS.length : 1;
}

/** One sample on its way to a window. */
export interface MetricFrame {
  /** Rises by one for every frame sent on this stream. */
  readonly seq: number;
  /** Unix time in milliseconds. */
  readonly time: number;
  /**
   * Frames overwritten since the stream opened because the window had not acknowledged earlier ones. A sample that was
   * not due, or had nothing new, is none.
   */
  readonly skipped: number;
  /** Of the catalog in whose order the values are. */
  readonly revision: number;
  readonly values: Float64Array;
}

/** At most this many frames may be unacknowledged on a stream. */
export const FRAME_CREDIT = 2;

/** Binary form of a frame on a WebSocket: seq u32, skipped u32, time f64, revision f64, then the values, little-endian. */
export const FRAME_HEADER_BYTES = 24;

/** Encodes a frame into `target`, which must have room for the header and all values. Does not allocate. */
export function encodeFrameInto(target: DataView, frame: MetricFrame): number {
  target.setUint32(0, frame.seq >>> 0, true);
  target.setUint32(4, frame.skipped >>> 0, true);
  target.setFloat64(8, frame.time, true);
  target.setFloat64(16, frame.revision, true);
  let at = FRAME_HEADER_BYTES;
  const values = frame.values;
  for (let i = 0; i < values.length; i++) {
    target.setFloat64(at, values[i]!, true);
    at += 8;
  }
  return at;
}

/** Decodes the binary form; null when its length cannot be a frame. */
export function decodeFrame(bytes: ArrayBuffer): MetricFrame | null {
  if (bytes.byteLength < FRAME_HEADER_BYTES || (bytes.byteLength - FRAME_HEADER_BYTES) % 8 !== 0) return null;
  const view = new DataView(bytes);
  const values = new Float64Array((bytes.byteLength - FRAME_HEADER_BYTES) / 8);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(FRAME_HEADER_BYTES + i * 8, true);
  return {
    seq: view.getUint32(0, true),
    skipped: view.getUint32(4, true),
    time: view.getFloat64(8, true),
    revision: view.getFloat64(16, true),
    values,
  };
}

/** One metric as the CLI prints it. */
export type MetricReading = number | HistogramSummary;

/** A frame's values by the id of their series. */
export function readMetrics(layout: FrameLayout, values: Float64Array): Record<string, MetricReading> {
  const readings: Record<string, MetricReading> = {};
  let at = 0;
  for (const [i, metric] of layout.catalog.entries()) {
    const id = layout.ids[i]!;
    const first = at;
    at += slotsOf(metric);
    if (metric.kind !== 'histogram') {
      readings[id] = values[first] ?? 0;
      continue;
    }
    const field = (name: HistogramField) => values[first + HISTOGRAM_FIELDS.indexOf(name)] ?? 0;
    readings[id] = {
      count: field('count'),
      p50: field('p50'),
      p95: field('p95'),
      p99: field('p99'),
      p999: field('p999'),
      max: field('max'),
    };
  }
  return readings;
}
