/**
 * The metrics of one process, laid out as the catalog says. Handles write slots of shared memory, one a series and thread;
 * a sample sums them into the order of the catalog. Nothing here allocates on a hot path. Used by runDaemon for daemons and
 * by main/core for main itself.
 *
 * The catalog begins with what the manifest declares. Instruments that are made while the process runs follow, in the order
 * of their ids: the same instruments always make the same catalog, in whatever order they came and went.
 */
import { SignalboxError } from '../../../contract/errors.ts';
import type { SparseHistogram } from '../../../contract/histogram.ts';
import { type Catalog, FIRST_REVISION } from '../../../contract/link/catalog.ts';
import type { InstrumentKind, MetricKind, MetricSpec } from '../../../contract/manifest.ts';
import { type FrameLayout, layoutOf, slotsOf } from '../../../contract/metric-frame.ts';
import { catalogOf, metricSpecs, OWN_METRICS_FROM } from '../../../contract/metric-specs.ts';
import { seriesId } from '../../../contract/series-id.ts';
import { limits } from '../limits.ts';
import { type Instrument, type InstrumentMetrics, instrumentSpecs } from './instruments.ts';
import { Counter, Gauge } from './metric-handles.ts';
import { MetricThread } from './metric-thread.ts';
import { RollingHistogram } from './rolling-histogram.ts';
import { type Place, SlotMemory } from './slot-memory.ts';

/** One series and where its values are. */
interface Series {
  readonly id: string;
  readonly spec: MetricSpec;
  readonly kind: MetricKind;
  readonly place: Place;
  readonly handle: Counter | Gauge | RollingHistogram;
  /** Whether a thread was told of it, and may write to its place. */
  told: boolean;
}

/** Places of an instrument that was closed, which a thread may still write to. */
interface Leaving {
  readonly places: readonly Place[];
  /** The first description for threads without it. */
  readonly generation: number;
}

const HANDLES = { counter: Counter, gauge: Gauge, histogram: RollingHistogram } as const;

/** Has the handles of an instrument, and is in no catalog. */
function unreadInstrument<Metrics extends InstrumentMetrics>(
  specs: ReadonlyMap<string, MetricSpec>,
): Instrument<Metrics> {
  const handles = [...specs].map(([name, spec]) => [
    name,
    new HANDLES[spec.kind](new Float64Array(slotsOf(spec)), 0),
  ]);
  // The specs were made from the metrics, name by name and kind by kind.
  return { handles: Object.fromEntries(handles) as Instrument<Metrics>['handles'], close() {} };
}

/** All metrics of a process. A name that is not in the catalog is a defect and throws when the handle is taken. */
export class MetricRegistry {
  /** The id of the process. */
  readonly source: string;
  readonly #warn: (event: string, message: string) => void;
  readonly #memory: SlotMemory;
  /** What the manifest declares, in its order. */
  readonly #fixed: readonly Series[];
  readonly #byId = new Map<string, Series>();
  /** Name -> what all series of that name share, and how many there are. */
  readonly #names = new Map<string, { readonly spec: MetricSpec; series: number }>();
  readonly #hooks = new Set<() => void>();
  readonly #secondHooks = new Set<() => void>();
  readonly #threads = new Set<MetricThread>();
  #leaving: Leaving[] = [];
  /** In the order of the catalog. */
  #ordered: readonly Series[];
  #layout: FrameLayout;
  #catalog: Catalog;
  #values: Float64Array;
  /** The daemon's own values in the sample before. */
  #before: Float64Array;
  #instruments = 0;
  #catalogStale = false;
  /** Rises when an instrument is closed: descriptions for threads say which they are of. */
  #generation = 1;
  #revision = 0;
  readonly #instrumentCount: Gauge;
  readonly #refused: Counter;

  /**
   * `id` names the process, `own` are its metrics beyond those of every process.
   * @param warn told, once, that an instrument found no room
   */
  constructor(
    id: string,
    own: readonly MetricSpec[],
    warn: (event: string, message: string) => void = () => {},
  ) {
    this.source = id;
    this.#warn = warn;
    this.#layout = layoutOf(catalogOf(id, own));
    this.#catalog = { revision: FIRST_REVISION, metrics: this.#layout.catalog };
    this.#memory = new SlotMemory(this.#layout.size);
    this.#fixed = this.#layout.catalog.map((spec) => this.#add(spec));
    this.#ordered = this.#fixed;
    this.#values = new Float64Array(this.#layout.size);
    this.#before = new Float64Array(this.#layout.size - OWN_METRICS_FROM);
    const { name } = metricSpecs(id);
    this.#instrumentCount = this.gauge(name('instruments'));
    this.#refused = this.counter(name('instruments_refused_total'));
  }

  /** Where each series stands in {@link values}. */
  get layout(): FrameLayout {
    return this.#layout;
  }

  /** What is measured. Changes with a sample, and only then. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  /** The newest sample, in the order of the catalog. Not shared with any thread; another array after the catalog changed. */
  get values(): Float64Array {
    return this.#values;
  }

  /**
   * Rises when there is something new to show: with a sample in which a metric of the daemon's own has changed, and with
   * every second. The figures of the process itself are measured once a second; what watching moves in between, such as
   * the bytes that were sent, is no news.
   */
  get revision(): number {
    return this.#revision;
  }

  counter(name: string): Counter {
    return this.#handle(name, 'counter', Counter);
  }

  gauge(name: string): Gauge {
    return this.#handle(name, 'gauge', Gauge);
  }

  histogram(name: string): RollingHistogram {
    return this.#handle(name, 'histogram', RollingHistogram);
  }

  /**
   * Gives a queue, pool, cache, breaker or limiter metrics: they are in the catalog with the next sample, and with it in
   * window, command line, `/metrics` and history. `labels` tell it from others of its kind. Where the process has as many
   * instruments, or series of them, as it may, nobody reads its handles; that is counted, and said once in the log. Nothing has
   * changed when it throws.
   * @throws SignalboxError `conflict` where one with these labels is open, or its kind has a metric of that name with another
   * meaning. `bad_request` for names and labels that cannot be.
   */
  instrument<const Metrics extends InstrumentMetrics>(
    kind: InstrumentKind,
    labels: Readonly<Record<string, string>>,
    metrics: Metrics,
  ): Instrument<Metrics> {
    const specs = instrumentSpecs(this.source, kind, labels, metrics);
    for (const spec of specs.values()) this.#checkConflict(spec);
    if (!this.#hasRoom(kind, specs.size)) return unreadInstrument<Metrics>(specs);
    const made = [...specs].map(([name, spec]) => [name, this.#add(spec)] as const);
    this.#instruments++;
    this.#catalogStale = true;
    let open = true;
    return {
      // The specs were made from `metrics`, name by name and kind by kind.
      handles: Object.fromEntries(
        made.map(([name, { handle }]) => [name, handle]),
      ) as unknown as Instrument<Metrics>['handles'],
      close: () => {
        if (open) this.#close(made.map(([, series]) => series));
        open = false;
      },
    };
  }

  /**
   * Slots for a worker thread. Its `description()` is sent to the worker, which attaches to it (`ThreadMetrics`), and it is
   * closed when the worker has ended.
   * @throws SignalboxError `limit_reached`
   */
  forThread(): MetricThread {
    const most = limits.metricThreads.default;
    if (this.#threads.size >= most)
      throw new SignalboxError('limit_reached', `${most} threads have slots for metrics already.`);
    const thread = new MetricThread({
      chunkLengths: () => this.#memory.chunks.map(({ length }) => length),
      described: () => {
        for (const series of this.#byId.values()) series.told = true;
        return { generation: this.#generation, series: [...this.#byId.values()] };
      },
      ended: (ended) => this.#threadEnded(ended),
    });
    this.#threads.add(thread);
    return thread;
  }

  /**
   * Calls `hook` just before every sample, to bring gauges up to date that cost something to know.
   * @returns ends that
   */
  onSample(hook: () => void): () => void {
    // Two that are the same function are two hooks.
    const own = () => hook();
    this.#hooks.add(own);
    return () => {
      this.#hooks.delete(own);
    };
  }

  /**
   * Calls `hook` once a second, before what the second's end shows: for what watching the process moves, which is no news in
   * between.
   * @returns ends that
   */
  onSecond(hook: () => void): () => void {
    const own = () => hook();
    this.#secondHooks.add(own);
    return () => {
      this.#secondHooks.delete(own);
    };
  }

  /** Brings {@link values} up to date, and {@link catalog} where instruments were made or closed. */
  sample(): void {
    for (const hook of this.#hooks) hook();
    this.#instrumentCount.set(this.#instruments);
    const changed = this.#catalogStale && this.#order();
    this.#catalogStale = false;
    this.#releaseWhatIsFree();
    this.#collect();
    if (this.#takeOver() || changed) this.#revision++;
  }

  /** Ends the current second of every histogram; returns the intervals that have values, by the id of their series. */
  rotate(): { metric: string; buckets: SparseHistogram }[] {
    for (const hook of this.#secondHooks) hook();
    const intervals: { metric: string; buckets: SparseHistogram }[] = [];
    for (const { id, handle, place } of this.#byId.values()) {
      if (!(handle instanceof RollingHistogram)) continue;
      for (const thread of this.#threads) thread.drain(place, handle);
      const buckets = handle.rotate();
      if (buckets !== null) intervals.push({ metric: id, buckets });
    }
    this.#revision++;
    return intervals;
  }

  #add(spec: MetricSpec): Series {
    const { kind } = spec;
    const place = this.#memory.allocate(slotsOf(spec));
    const handle = new HANDLES[kind](this.#memory.chunks[place.chunk]!, place.slot);
    const series = { id: seriesId(spec), spec, kind, place, handle, told: false };
    this.#byId.set(series.id, series);
    const name = this.#names.get(spec.name);
    if (name === undefined) this.#names.set(spec.name, { spec, series: 1 });
    else name.series++;
    return series;
  }

  #hasRoom(kind: InstrumentKind, series: number): boolean {
    const { instruments, instrumentSeries } = limits;
    this.#releaseWhatIsFree();
    // One whose slots are not free yet counts: a thread that never looks must not make them grow without end.
    const held = this.#instruments + this.#leaving.length;
    const seriesHeld =
      this.#byId.size -
      this.#fixed.length +
      this.#leaving.reduce((sum, { places }) => sum + places.length, 0);
    if (held < instruments.default && seriesHeld + series <= instrumentSeries.default) return true;
    if (this.#refused.value === 0) {
      this.#warn(
        'instrument_refused',
        `${this.source} has ${held} instruments with ${seriesHeld} series, of at most ${instruments.default} with ` +
          `${instrumentSeries.default}; this ${kind} works without metrics, as do others that find no room.`,
      );
    }
    this.#refused.add();
    return false;
  }

  #checkConflict(spec: MetricSpec): void {
    const id = seriesId(spec);
    if (this.#byId.has(id)) throw new SignalboxError('conflict', `${id} is open already; close it first.`);
    const before = this.#names.get(spec.name)?.spec;
    if (before === undefined) return;
    const { kind, unit, help, instrument } = before;
    if (kind === spec.kind && unit === spec.unit && help === spec.help && instrument === spec.instrument)
      return;
    throw new SignalboxError('conflict', `${spec.name} is a ${kind} in ${unit} already: "${help}".`);
  }

  #close(series: readonly Series[]): void {
    for (const { id, spec, handle } of series) {
      handle.detach();
      this.#byId.delete(id);
      const name = this.#names.get(spec.name)!;
      if (--name.series === 0) this.#names.delete(spec.name);
    }
    const places = series.map(({ place }) => place);
    if (series.some(({ told }) => told)) this.#leaving.push({ places, generation: ++this.#generation });
    else this.#release(places);
    this.#instruments--;
    this.#catalogStale = true;
  }

  /** Makes the catalog that the open instruments want; true where it is another one than before. */
  #order(): boolean {
    const made = [...this.#byId.values()].slice(this.#fixed.length);
    made.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#ordered = [...this.#fixed, ...made];
    const layout = layoutOf(this.#ordered.map(({ spec }) => spec));
    const { ids } = this.#layout;
    if (ids.length === layout.ids.length && layout.ids.every((id, i) => id === ids[i])) return false;
    this.#layout = layout;
    this.#catalog = { revision: this.#catalog.revision + 1, metrics: layout.catalog };
    this.#values = new Float64Array(layout.size);
    const before = new Float64Array(layout.size - OWN_METRICS_FROM);
    before.set(this.#before.subarray(0, before.length));
    this.#before = before;
    return true;
  }

  /** Gives places back that no thread writes to any more. */
  #releaseWhatIsFree(): void {
    if (this.#leaving.length === 0) return;
    let oldest = this.#generation;
    for (const thread of this.#threads) oldest = Math.min(oldest, thread.acknowledged);
    this.#leaving = this.#leaving.filter(({ places, generation }) => {
      if (generation > oldest) return true;
      this.#release(places);
      return false;
    });
  }

  #release(places: readonly Place[]): void {
    for (const place of places) {
      for (const thread of this.#threads) thread.forget(place);
      this.#memory.release(place);
    }
  }

  #threadEnded(thread: MetricThread): void {
    if (!this.#threads.delete(thread)) return;
    for (const { handle, place } of this.#byId.values()) {
      if (handle instanceof RollingHistogram) thread.drain(place, handle);
      else if (handle instanceof Counter) handle.add(thread.valueAt(place.chunk, place.slot));
    }
  }

  /** Sums every slot over the threads. */
  #collect(): void {
    const values = this.#values;
    const { chunks } = this.#memory;
    let at = 0;
    for (const { handle, place } of this.#ordered) {
      const chunk = chunks[place.chunk]!;
      if (handle instanceof RollingHistogram) {
        handle.refreshTotals();
        for (let i = 0; i < place.width; i++) values[at++] = chunk[place.slot + i]!;
        continue;
      }
      let sum = chunk[place.slot]!;
      for (const thread of this.#threads) sum += thread.valueAt(place.chunk, place.slot);
      values[at++] = sum;
    }
  }

  /** Remembers the daemon's own values; true where one differs from the sample before. */
  #takeOver(): boolean {
    const before = this.#before;
    let changed = false;
    for (let i = 0; i < before.length; i++) {
      const value = this.#values[OWN_METRICS_FROM + i]!;
      if (value === before[i]) continue;
      before[i] = value;
      changed = true;
    }
    return changed;
  }

  #handle<Handle extends Series['handle']>(
    name: string,
    kind: MetricKind,
    type: new (values: Float64Array, slot: number) => Handle,
  ): Handle {
    const handle = this.#byId.get(name)?.handle;
    if (!(handle instanceof type)) throw new Error(`The catalog has no ${kind} ${name}`);
    return handle;
  }
}
