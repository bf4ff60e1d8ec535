/** What `signalbox top` knows of an instance: its processes, their instruments and the long work that goes on, kept by events. */
import { type HostInfo, MAIN_SOURCE } from '../../contract/control/host.ts';
import type { ControlEvent } from '../../contract/control/messages.ts';
import { type FigureName, type FoundInstrument, instrumentsIn } from '../../contract/instrument-rows.ts';
import type { Catalog } from '../../contract/link/catalog.ts';
import type { SourcedTask } from '../../contract/link/tasks.ts';
import { type FrameLayout, layoutOf, type MetricReading, readMetrics } from '../../contract/metric-frame.ts';
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import { type Trouble, TroubleOrder, troubleOf } from '../../kit/instrument-trouble.ts';

/** Catalogs that are kept of one process: figures of one may be on their way when the next is told. */
const CATALOGS_KEPT = 2;

/** One second of a process. */
interface Second {
  readonly time: number;
  readonly readings: Readonly<Record<string, MetricReading>>;
}

interface Source {
  readonly catalogs: Map<number, FrameLayout>;
  found: readonly FoundInstrument[];
  now: Second | null;
  before: Second | null;
}

/** A process as a line of the view. Figures that are not known are null. */
export interface ProcessLine {
  readonly id: string;
  readonly state: DaemonState;
  readonly unresponsive: boolean;
  readonly pid: number | null;
  /** 1 is one core. */
  readonly cpuRatio: number | null;
  readonly memoryBytes: number | null;
  readonly loopDelayP99Seconds: number | null;
  /** Of the counter that its manifest has among its highlights. */
  readonly messagesPerSecond: number | null;
}

/** An instrument as a line of the view. */
export interface InstrumentLine {
  readonly found: FoundInstrument;
  readonly trouble: Trouble;
  /** The newest value of one of its series. */
  read(id: string): MetricReading | undefined;
}

export class TopModel {
  readonly #host: Pick<HostInfo, 'pid' | 'manifests'>;
  readonly #sources = new Map<string, Source>();
  readonly #daemons: Map<string, DaemonSnapshot>;
  readonly #tasks = new Map<string, SourcedTask>();
  readonly #order = new TroubleOrder();

  constructor({
    pid,
    manifests,
    catalogs,
    daemons,
  }: Pick<HostInfo, 'pid' | 'manifests' | 'catalogs' | 'daemons'>) {
    this.#host = { pid, manifests };
    this.#daemons = new Map(daemons.map((daemon) => [daemon.id, daemon]));
    for (const [id, catalog] of Object.entries(catalogs)) this.#describe(id, catalog);
  }

  /** Takes what an event tells; whether anything that is shown may be another now. */
  take(event: ControlEvent): boolean {
    switch (event.type) {
      case 'daemon':
        this.#daemons.set(event.daemon.id, event.daemon);
        if (!isUp(event.daemon.state)) this.#forget(event.daemon.id);
        return true;
      case 'catalog':
        this.#describe(event.source, event.catalog);
        return false;
      case 'metrics':
        return this.#measured(event);
      case 'task': {
        const key = `${event.source} ${event.task.id}`;
        if (event.task.end === null) this.#tasks.set(key, { ...event.task, source: event.source });
        else this.#tasks.delete(key);
        return true;
      }
      default:
        return false;
    }
  }

  /** The newest figures of a process as they were asked for, before the first event. */
  begin(
    source: string,
    {
      time,
      catalog,
      metrics,
    }: { readonly time: number; readonly catalog: Catalog; readonly metrics: Second['readings'] },
  ): void {
    this.#describe(source, catalog);
    const known = this.#sources.get(source);
    if (known === undefined || known.now !== null) return;
    known.now = { time, readings: metrics };
    known.found = instrumentsIn(source, catalog.metrics);
  }

  /** The long work that went on before the first event. */
  beginTasks(tasks: readonly SourcedTask[]): void {
    for (const task of tasks) this.#tasks.set(`${task.source} ${task.id}`, task);
  }

  /** Whether two seconds have come of every process that runs, so that what rises has a rate. */
  get hasRates(): boolean {
    return this.#running().every((id) => (this.#sources.get(id)?.before ?? null) !== null);
  }

  get tasks(): readonly SourcedTask[] {
    return [...this.#tasks.values()];
  }

  /** Main and the daemons, in the order in which the instance tells them. */
  processes(): readonly ProcessLine[] {
    const main = { id: MAIN_SOURCE, state: 'running', unresponsive: false, pid: this.#host.pid } as const;
    return [main, ...this.#daemons.values()].map(({ id, state, unresponsive, pid }) => {
      const name = (suffix: string) => `signalbox_${id}_${suffix}`;
      const level = (suffix: string) => numberOf(this.#sources.get(id)?.now?.readings[name(suffix)]);
      const delay = this.#sources.get(id)?.now?.readings[name('loop_delay_seconds')];
      const messages = this.#host.manifests.find((one) => one.id === id)?.highlights.messages;
      return {
        ...{ id, state, unresponsive, pid },
        cpuRatio: level('cpu_ratio'),
        memoryBytes: level('resident_memory_bytes'),
        loopDelayP99Seconds: typeof delay === 'object' ? delay.p99 : null,
        messagesPerSecond: messages === undefined ? null : this.#rate(id, messages),
      };
    });
  }

  /** All instruments of what runs, worst first. `now` is the time in milliseconds. */
  instruments(now: number): readonly InstrumentLine[] {
    const all = [...this.#sources.values()].flatMap(({ found }) => found);
    return this.#order
      .arrange(all, (one) => this.#troubleOf(one), now)
      .map(({ item, trouble }) => ({ found: item, trouble, read: (id) => this.#read(item.daemon, id) }));
  }

  #running(): string[] {
    const up = [...this.#daemons.values()].filter(({ state }) => state === 'running');
    return [MAIN_SOURCE, ...up.map(({ id }) => id)];
  }

  #describe(id: string, { revision, metrics }: Catalog): void {
    const source = this.#sources.get(id) ?? { catalogs: new Map(), found: [], now: null, before: null };
    this.#sources.set(id, source);
    source.catalogs.delete(revision);
    source.catalogs.set(revision, layoutOf(metrics));
    for (const known of source.catalogs.keys())
      if (source.catalogs.size > CATALOGS_KEPT) source.catalogs.delete(known);
  }

  #measured({ source: id, time, revision, values }: Extract<ControlEvent, { type: 'metrics' }>): boolean {
    const source = this.#sources.get(id);
    const layout = source?.catalogs.get(revision);
    if (source === undefined || layout === undefined || layout.size !== values.length) return false;
    source.before = source.now;
    source.now = { time, readings: readMetrics(layout, Float64Array.from(values)) };
    source.found = instrumentsIn(id, layout.catalog);
    return true;
  }

  #forget(id: string): void {
    const source = this.#sources.get(id);
    if (source === undefined) return;
    source.now = null;
    source.before = null;
    source.found = [];
  }

  #read(source: string, id: string): MetricReading | undefined {
    return this.#sources.get(source)?.now?.readings[id];
  }

  #troubleOf(one: FoundInstrument): Trouble {
    const idOf = (figure: FigureName) => one.series.get(figure) ?? '';
    return troubleOf(one, {
      now: (figure) => {
        const value = this.#read(one.daemon, idOf(figure));
        return (typeof value === 'object' ? value.p99 : value) ?? Number.NaN;
      },
      rate: (figure) => this.#rate(one.daemon, idOf(figure)) ?? Number.NaN,
    });
  }

  /** How fast a total rises each second; of a histogram, how many more it counts. Null while that is not known. */
  #rate(source: string, id: string): number | null {
    const { now = null, before = null } = this.#sources.get(source) ?? {};
    const [to, from] = [countOf(now?.readings[id]), countOf(before?.readings[id])];
    if (now === null || before === null || to === null || from === null || now.time <= before.time)
      return null;
    // A total that fell was begun anew.
    return (to >= from ? to - from : to) / ((now.time - before.time) / 1_000);
  }
}

function isUp(state: DaemonState): boolean {
  return state === 'running' || state === 'stopping';
}

function numberOf(reading: MetricReading | undefined): number | null {
  return typeof reading === 'number' ? reading : null;
}

function countOf(reading: MetricReading | undefined): number | null {
  return typeof reading === 'object' ? reading.count : numberOf(reading);
}
