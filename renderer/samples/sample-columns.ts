/**
 * The last minutes of every metric of one process, in columns outside React. Written by the stream on
 * each frame without allocating, read by charts as views on the same memory.
 */
import {
  type FrameLayout,
  HISTOGRAM_FIELDS,
  type MetricFrame,
  slotsOf,
} from '../../contract/metric-frame.ts';
import type { Backfill } from './backfill.ts';

/** Samples that a window of ten minutes at 10 Hz needs. */
const SAMPLE_CAPACITY = 6_000;

/** Rates are taken over at least this long, in seconds, so that they are readable at 10 Hz. */
const RATE_WINDOW_S = 1;

/** Frames kept raw to take rates from: more than {@link RATE_WINDOW_S} at 10 Hz. */
const RAW_FRAMES = 16;

/** Samples further apart are not joined by a line, in seconds: a hidden window still receives one a second. */
export const GAP_S = 2.5;

/** Which slots are those of instruments: they come and go, and most are never drawn as a line. */
function instrumentSlots(layout: FrameLayout): Uint8Array {
  const slots = new Uint8Array(layout.size);
  for (const [i, metric] of layout.catalog.entries()) {
    const at = layout.slot(layout.ids[i]!);
    if (metric.labels !== undefined) slots.fill(1, at, at + slotsOf(metric));
  }
  return slots;
}

/** Slots of percentiles, each with the slot that counts what they stand for: without values there are none. */
function percentileSlots(layout: FrameLayout): Int32Array {
  const counts = new Int32Array(layout.size).fill(-1);
  for (const [i, metric] of layout.catalog.entries()) {
    if (metric.kind !== 'histogram') continue;
    const at = layout.slot(layout.ids[i]!);
    counts.fill(at, at + HISTOGRAM_FIELDS.indexOf('p50'), at + HISTOGRAM_FIELDS.length);
  }
  return counts;
}

/** Whether a slot of a frame is shown as it is, or as its increase a second. */
function rateSlots(layout: FrameLayout): Uint8Array {
  const slots = new Uint8Array(layout.size);
  for (const [i, metric] of layout.catalog.entries()) {
    const at = layout.slot(layout.ids[i]!);
    if (metric.kind === 'counter') slots[at] = 1;
    // The count and the sum of a histogram only rise, its percentiles do not.
    if (metric.kind === 'histogram') slots.fill(1, at, at + HISTOGRAM_FIELDS.indexOf('p50'));
  }
  return slots;
}

export class SampleColumns {
  #layout: FrameLayout;
  #latest: Float64Array;
  /** The newest values as charts show them. */
  #shown: Float64Array;
  readonly #capacity: number;
  /** Room beyond the capacity: the columns are moved down once each time it is used up. */
  readonly #room: number;
  readonly #times: Float64Array;
  /** Those of instruments are made when something draws them. */
  #columns: (Float64Array | null)[];
  #isRate: Uint8Array;
  #countOf: Int32Array;
  #raw: Float64Array;
  readonly #rawTimes = new Float64Array(RAW_FRAMES);
  #rawCount = 0;
  #end = 0;
  #skipped = 0;

  constructor(layout: FrameLayout, capacity: number = SAMPLE_CAPACITY) {
    this.#layout = layout;
    this.#latest = new Float64Array(layout.size);
    this.#shown = new Float64Array(layout.size);
    this.#capacity = capacity;
    this.#room = capacity + Math.max(1, capacity >> 2);
    this.#times = new Float64Array(this.#room);
    const instruments = instrumentSlots(layout);
    this.#columns = Array.from(instruments, (one) => (one === 1 ? null : new Float64Array(this.#room)));
    this.#isRate = rateSlots(layout);
    this.#countOf = percentileSlots(layout);
    this.#raw = new Float64Array(RAW_FRAMES * layout.size);
  }

  /** Where each series stands in a frame. */
  get layout(): FrameLayout {
    return this.#layout;
  }

  /** Values of the newest frame as they arrived; zero before the first. */
  get latest(): Float64Array {
    return this.#latest;
  }

  /**
   * Goes on with frames of another layout. What both have keeps its past; a series that is new has none, and one that is gone
   * is forgotten.
   */
  relayout(layout: FrameLayout): void {
    const [before, raw, latest, shown, columns] = [
      this.#layout,
      this.#raw,
      this.#latest,
      this.#shown,
      this.#columns,
    ];
    this.#layout = layout;
    this.#latest = new Float64Array(layout.size);
    this.#shown = new Float64Array(layout.size);
    this.#raw = new Float64Array(RAW_FRAMES * layout.size);
    this.#isRate = rateSlots(layout);
    this.#countOf = percentileSlots(layout);
    const instruments = instrumentSlots(layout);
    this.#columns = Array.from(instruments, (one) => (one === 1 ? null : this.#emptyColumn()));
    for (const [i, metric] of layout.catalog.entries()) {
      const id = layout.ids[i]!;
      if (before.spec(id)?.kind !== metric.kind) continue;
      const [from, to] = [before.slot(id), layout.slot(id)];
      for (let field = 0; field < slotsOf(metric); field++) {
        this.#latest[to + field] = latest[from + field]!;
        this.#shown[to + field] = shown[from + field]!;
        this.#columns[to + field] = columns[from + field]!;
        for (let row = 0; row < RAW_FRAMES; row++)
          this.#raw[row * layout.size + to + field] = raw[row * before.size + from + field]!;
      }
    }
  }

  #emptyColumn(): Float64Array {
    return new Float64Array(this.#room).fill(Number.NaN);
  }

  /** Samples held, at most the capacity. */
  get length(): number {
    return Math.min(this.#end, this.#capacity);
  }

  /** Time of the newest sample in Unix seconds; 0 before the first. */
  get lastTime(): number {
    return this.#end === 0 ? 0 : this.#times[this.#end - 1]!;
  }

  /** Frames that the daemon left out because this window was slow, as of the newest frame. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Bytes of the columns: fixed but for instruments that are drawn. */
  get bytes(): number {
    const held = this.#columns.reduce((sum, column) => sum + (column === null ? 0 : 1), 0);
    return (held + 1) * this.#room * Float64Array.BYTES_PER_ELEMENT;
  }

  /** Sample times in Unix seconds: a view that is valid until the next push. */
  times(): Float64Array {
    return this.#times.subarray(this.#end - this.length, this.#end);
  }

  /**
   * Values of a slot: rates a second for counters. A view that is valid until the next push. There are none in a slot that the
   * layout has not: a chart is drawn once more as it was before a layout with fewer series is known to it.
   */
  column(slot: number): Float64Array {
    let column = this.#columns[slot];
    if (column === undefined) return new Float64Array(this.length).fill(Number.NaN);
    if (column === null) {
      column = this.#emptyColumn();
      this.#columns[slot] = column;
    }
    return column.subarray(this.#end - this.length, this.#end);
  }

  /** The newest value as charts show it (a rate for counters); NaN where nothing was measured yet. */
  shown(slot: number): number {
    return this.#end === 0 || slot < 0 ? Number.NaN : (this.#shown[slot] ?? Number.NaN);
  }

  /** The newest value as it arrived; NaN before the first sample. */
  raw(slot: number): number {
    return this.#end === 0 || slot < 0 ? Number.NaN : (this.#latest[slot] ?? Number.NaN);
  }

  /** Tells that the next frame comes from another process: its counters begin anew. */
  startOver(): void {
    this.#rawCount = 0;
  }

  /** Takes a frame over. One of another size than the catalog's is left out. */
  push(frame: MetricFrame): boolean {
    const size = this.layout.size;
    if (frame.values.length !== size) return false;
    const seconds = frame.time / 1000;
    if (this.#end > 0 && seconds <= this.lastTime) {
      // A clock that was set back: what is held would no longer rise in time.
      if (this.lastTime - seconds < 1) return false;
      this.#end = 0;
      this.startOver();
    }
    if (this.#end === this.#room) this.#moveDown();
    const base = this.#baseOf(seconds);
    const at = this.#end;
    // The first frame has no rate, and those of its first second only rough ones: while rates are still taken from
    // the first frame, all that came since has the newest of them.
    const rough = base === 0 && this.#rawCount < RAW_FRAMES ? Math.min(this.#rawCount, at) : 0;
    this.#times[at] = seconds;
    for (let slot = 0; slot < size; slot++) {
      const column = this.#columns[slot]!;
      const value = frame.values[slot]!;
      if (this.#isRate[slot] === 0) {
        const count = this.#countOf[slot]!;
        const shown = count >= 0 && frame.values[count] === 0 ? Number.NaN : value;
        this.#shown[slot] = shown;
        if (column !== null) column[at] = shown;
        continue;
      }
      const rate = this.#rate(slot, value, seconds, base);
      this.#shown[slot] = rate;
      column?.fill(rate, at - rough, at + 1);
    }
    this.#end = at + 1;
    this.#latest.set(frame.values);
    this.#skipped = frame.skipped;
    const row = this.#rawCount % RAW_FRAMES;
    this.#raw.set(frame.values, row * size);
    this.#rawTimes[row] = seconds;
    this.#rawCount++;
    return true;
  }

  /**
   * Puts samples of the past where none are held: before the first, and between two that are further apart than
   * {@link GAP_S}. Where there is no room for all the newest stay.
   */
  fill(past: Backfill): void {
    const places = this.#merge(past.times).slice(-this.#capacity);
    const merged = (held: Float64Array, recorded: Float64Array | undefined) =>
      Float64Array.from(places, (place) => (place >= 0 ? held[place]! : (recorded?.[~place] ?? Number.NaN)));
    this.#times.set(merged(this.#times, past.times));
    for (const [slot, column] of this.#columns.entries()) column?.set(merged(column, past.columns.get(slot)));
    this.#end = places.length;
  }

  /** What is held and what fills its holes, in order of time: places in the columns, and in `past` as complements. */
  #merge(past: Float64Array): number[] {
    const places: number[] = [];
    let before = Number.NEGATIVE_INFINITY;
    let next = 0;
    for (let place = this.#end - this.length; place < this.#end; place++) {
      const time = this.#times[place]!;
      for (; next < past.length && past[next]! < time; next++) {
        if (time - before > GAP_S && past[next]! > before) places.push(~next);
      }
      places.push(place);
      before = time;
    }
    return places;
  }

  /** Row of the raw frame that rates are taken from: the newest that is old enough, else the oldest; -1 for none. */
  #baseOf(seconds: number): number {
    const held = Math.min(this.#rawCount, RAW_FRAMES);
    for (let back = 1; back <= held; back++) {
      const row = (this.#rawCount - back) % RAW_FRAMES;
      // Half a frame of tolerance: ten frames of 100 ms are not always a whole second apart.
      if (back === held || seconds - this.#rawTimes[row]! >= RATE_WINDOW_S - 0.05) return row;
    }
    return -1;
  }

  #rate(slot: number, value: number, seconds: number, base: number): number {
    if (base < 0) return 0;
    const before = this.#raw[base * this.layout.size + slot]!;
    // A counter that fell was reset: all it shows was counted since.
    const increase = value >= before ? value - before : value;
    return increase / (seconds - this.#rawTimes[base]!);
  }

  #moveDown(): void {
    const from = this.#end - this.#capacity;
    this.#times.copyWithin(0, from, this.#end);
    for (const column of this.#columns) column?.copyWithin(0, from, this.#end);
    this.#end = this.#capacity;
  }
}
