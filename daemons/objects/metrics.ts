/** What the object server measures: the catalog for its manifest, and the handles that its code writes. */
import type { MetricSpec } from '../../contract/manifest.ts';
import { metricSpecs } from '../../contract/metric-specs.ts';
import { type Admitting, instrumentAccepting } from '../runtime/net/acceptor-instruments.ts';
import { type Admitted, acceptorMetrics, publishAcceptor } from '../runtime/net/acceptor-metrics.ts';
import type { CertificateWatch } from '../runtime/net/certificate-watch.ts';
import { type Counts, instrumentCounts } from '../runtime/telemetry/counted-instrument.ts';
import { Counter, Gauge } from '../runtime/telemetry/metric-handles.ts';
import type { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';

const { name, gauge, counter, histogram } = metricSpecs('objects');

/** What clients ask for, as metrics name it. */
export const MEASURED_MODES = ['fdpass', 'copy', 'splice', 'put', 'delete', 'list', 'stat'] as const;
/** One of {@link MEASURED_MODES}. */
export type MeasuredMode = (typeof MEASURED_MODES)[number];

/** The modes that hand out content, which have figures of their own for everything. */
export const CONTENT_MODES = ['fdpass', 'copy', 'splice'] as const;
/** One of {@link CONTENT_MODES}. */
export type ContentMode = (typeof CONTENT_MODES)[number];

const OF_MODE: Readonly<Record<MeasuredMode, string>> = {
  fdpass: 'FDPASS (a descriptor)',
  copy: 'COPY (content written by the server)',
  splice: 'SPLICE (content moved by the kernel)',
  put: 'put',
  delete: 'delete',
  list: 'list',
  stat: 'stat',
};

export const objectsMetrics: readonly MetricSpec[] = [
  ...acceptorMetrics('objects'),
  ...MEASURED_MODES.map((mode) => counter(`requests_${mode}`, `Requests answered: ${OF_MODE[mode]}`)),
  counter('requests', 'Requests answered, of all modes'),
  counter('failed_requests', 'Answers whose status was not ok'),
  ...CONTENT_MODES.map((mode) =>
    counter(`failed_${mode}`, `Answers whose status was not ok: ${OF_MODE[mode]}`),
  ),
  counter('denied_requests', 'Requests refused because whoever asked may not'),
  counter('protocol_errors', 'Bytes that are not of the protocol; each closes its connection'),
  ...CONTENT_MODES.map((mode) =>
    counter(`bytes_${mode}`, `Bytes of the objects handed out by ${OF_MODE[mode]}`, 'bytes'),
  ),
  counter('bytes_in', 'Bytes received', 'bytes'),
  counter('bytes_out', 'Bytes written to sockets, those that the kernel moves included', 'bytes'),
  ...MEASURED_MODES.map((mode) =>
    histogram(`${mode}_latency`, `From the bytes of a request to its answer in the kernel: ${OF_MODE[mode]}`),
  ),
  histogram('queue_wait', 'From the bytes of a request to the code that handles it'),
  ...CONTENT_MODES.map((mode) =>
    gauge(`queue_${mode}`, `Requests that wait or are worked on: ${OF_MODE[mode]}`),
  ),
  gauge('work_ratio', 'Share of the time between bytes and answer in which a request was worked on', 'ratio'),
  gauge('requests_per_connection', 'Requests of a connection on average, of those that are open'),
  gauge('mean_object_bytes', 'Size of an object handed out, on average', 'bytes'),
  gauge('disk_pending', 'Reads and writes that the disk has not answered yet'),
  gauge('objects', 'Objects in the store'),
  gauge('stored_bytes', 'Bytes of all objects', 'bytes'),
  gauge('uploads', 'Puts that have begun and not ended'),
  gauge('send_queue_bytes', 'Bytes that wait for clients which read slowly, all clients', 'bytes'),
  counter('slow_reader_disconnects', 'Clients disconnected because they did not read'),
  counter('idle_disconnects', 'Clients disconnected because they asked for nothing'),
];

/** What gives handles by full name: the registry, or in another thread its `ThreadMetrics`. */
export interface MetricSource<Histogram> {
  counter(name: string): Pick<Counter, 'add' | 'setTotal'>;
  gauge(name: string): Pick<Gauge, 'add' | 'set'>;
  histogram(name: string): Histogram;
}

/** What durations are written through, in nanoseconds or from a `performance.now()`. */
export interface LatencyHandle {
  record(nanoseconds: number): void;
  recordSince(startMs: number): void;
}

/** Handles that nobody reads. */
export const unreadMetrics: MetricSource<LatencyHandle> = {
  counter: () => new Counter(new Float64Array(1), 0),
  gauge: () => new Gauge(new Float64Array(1), 0),
  histogram: () => ({ record() {}, recordSince() {} }),
};

type CounterHandle = Pick<Counter, 'add' | 'setTotal'>;

/** Typed-array handles, taken once; each thread that serves connections has its own. */
export class ServingMetrics {
  readonly requests;
  readonly failed;
  readonly denied;
  readonly protocolErrors;
  readonly bytesIn;
  readonly bytesOut;
  readonly diskPending;
  readonly queueWait;
  readonly sendQueueBytes;
  readonly slowReaders;
  readonly idle;
  readonly requestsOf: Readonly<Record<MeasuredMode, CounterHandle>>;
  readonly latencyOf: Readonly<Record<MeasuredMode, LatencyHandle>>;
  readonly failedOf: Readonly<Record<ContentMode, CounterHandle>>;
  readonly bytesOf: Readonly<Record<ContentMode, CounterHandle>>;
  readonly queueOf: Readonly<Record<ContentMode, Pick<Gauge, 'add' | 'set'>>>;

  constructor(source: MetricSource<LatencyHandle>) {
    this.requests = source.counter(name('requests_total'));
    this.failed = source.counter(name('failed_requests_total'));
    this.denied = source.counter(name('denied_requests_total'));
    this.protocolErrors = source.counter(name('protocol_errors_total'));
    this.bytesIn = source.counter(name('bytes_in_total'));
    this.bytesOut = source.counter(name('bytes_out_total'));
    this.diskPending = source.gauge(name('disk_pending'));
    this.queueWait = source.histogram(name('queue_wait_seconds'));
    this.sendQueueBytes = source.gauge(name('send_queue_bytes'));
    this.slowReaders = source.counter(name('slow_reader_disconnects_total'));
    this.idle = source.counter(name('idle_disconnects_total'));
    this.requestsOf = each(MEASURED_MODES, (mode) => source.counter(name(`requests_${mode}_total`)));
    this.latencyOf = each(MEASURED_MODES, (mode) => source.histogram(name(`${mode}_latency_seconds`)));
    this.failedOf = each(CONTENT_MODES, (mode) => source.counter(name(`failed_${mode}_total`)));
    this.bytesOf = each(CONTENT_MODES, (mode) => source.counter(name(`bytes_${mode}_total`)));
    this.queueOf = each(CONTENT_MODES, (mode) => source.gauge(name(`queue_${mode}`)));
  }
}

/** What the store comes to. */
interface StoreTotals {
  readonly objects: number;
  readonly bytes: number;
  readonly uploads: number;
}

/** What is shown of a server as a whole. */
interface ShownServer {
  readonly admission: Admitting & Admitted;
  readonly connections: () => number;
  readonly certificates: CertificateWatch;
  readonly bans: { readonly counts: Counts<'batcher'> };
  readonly store: () => StoreTotals;
}

/** Shows what the acceptor counts, how many connections are open, and what the store holds. */
export function publishServer(registry: MetricRegistry, shown: ShownServer): void {
  const { admission, connections, bans, store, certificates } = shown;
  publishAcceptor(registry, admission, connections, certificates);
  instrumentAccepting(registry, admission);
  instrumentCounts(registry, 'batcher', 'bans', () => bans.counts);
  const [objects, bytes, uploads] = ['objects', 'stored_bytes', 'uploads'].map((one) =>
    registry.gauge(name(one)),
  );
  registry.onSample(() => {
    const now = store();
    objects!.set(now.objects);
    bytes!.set(now.bytes);
    uploads!.set(now.uploads);
  });
}

function each<Name extends string, Handle>(
  names: readonly Name[],
  handleOf: (name: Name) => Handle,
): Readonly<Record<Name, Handle>> {
  return Object.fromEntries(names.map((one) => [one, handleOf(one)])) as Record<Name, Handle>;
}
